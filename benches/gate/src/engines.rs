//! The same eight rules in regorus (compiled to its register machine) and in cedar-policy, with inputs made ahead in their own forms.

use crate::situation::Numbers;
use anyhow::{Context as _, Result};
use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request, RestrictedExpression};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use std::collections::BTreeMap;

/// Rego, compiled once.
pub struct Rego(RegoVM);

impl Rego {
    pub fn new() -> Result<Rego> {
        const REFUSED: &str = "data.gate.refused";
        let mut engine = Engine::new();
        engine.add_policy("core.rego".into(), include_str!("core.rego").into())?;
        let compiled = engine.compile_with_entrypoint(&REFUSED.into())?;
        let program = Compiler::compile_from_policy(&compiled, &[REFUSED])?;
        let mut vm = RegoVM::new();
        vm.load_program(program);
        vm.set_data(Value::new_object())?;
        Ok(Rego(vm))
    }

    pub fn input(of: &Numbers) -> Value {
        let minutes: Vec<Value> = of.minutes.iter().map(|minute| Value::from(u64::from(*minute))).collect();
        let fields = [
            ("minutes", Value::from(minutes)),
            ("attempts", Value::from(of.attempts)),
            ("days_since_conversation", Value::from(of.days_since_conversation)),
            ("opted_out", Value::from(of.opted_out)),
            ("ceased", Value::from(of.ceased)),
            ("lawyer", Value::from(of.lawyer)),
            ("disputed", Value::from(of.disputed)),
            ("cap_used", Value::from(of.cap_used)),
            ("cap_max", Value::from(of.cap_max)),
        ];
        Value::from(fields.into_iter().map(|(name, value)| (Value::from(name), value)).collect::<BTreeMap<Value, Value>>())
    }

    /// The set of the rules that refuse.
    pub fn decide(&mut self, input: &Value) -> Value {
        self.0.set_input(input.clone());
        self.0.execute().unwrap_or(Value::Undefined)
    }
}

/// Whether nothing refuses, and what does.
pub fn of_rego(decided: &Value) -> Result<Vec<String>> {
    decided.as_set()?.iter().map(|id| Ok(id.as_string()?.to_string())).collect()
}

/// Cedar, parsed once.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    pub fn new() -> Result<Cedar> {
        let policies: PolicySet = include_str!("core.cedar").parse()?;
        Ok(Cedar { authorizer: Authorizer::new(), policies, entities: Entities::empty() })
    }

    pub fn input(of: &Numbers) -> Result<Request> {
        let number = |number: u32| RestrictedExpression::new_long(i64::from(number));
        let fields = [
            ("minute", number(of.minutes[0].into())),
            ("other_minute", number(of.minutes[1].into())),
            ("attempts", number(of.attempts)),
            ("days_since_conversation", number(of.days_since_conversation)),
            ("opted_out", RestrictedExpression::new_bool(of.opted_out)),
            ("ceased", RestrictedExpression::new_bool(of.ceased)),
            ("lawyer", RestrictedExpression::new_bool(of.lawyer)),
            ("disputed", RestrictedExpression::new_bool(of.disputed)),
            ("cap_used", number(of.cap_used)),
            ("cap_max", number(of.cap_max)),
        ];
        let context = Context::from_pairs(fields.map(|(name, value)| (name.to_string(), value)))?;
        let entity = |written: &str| written.parse::<EntityUid>();
        Ok(Request::new(entity(r#"Officer::"n""#)?, entity(r#"Action::"call""#)?, entity(r#"Person::"p""#)?, context, None)?)
    }

    pub fn decide(&self, request: &Request) -> cedar_policy::Response {
        self.authorizer.is_authorized(request, &self.policies, &self.entities)
    }

    /// What refuses, by the ids of the rules.
    pub fn refusals(&self, response: &cedar_policy::Response) -> Result<Vec<String>> {
        if response.decision() == cedar_policy::Decision::Allow {
            return Ok(Vec::new());
        }
        let named = response.diagnostics().reason().map(|id| self.policies.annotation(id, "id").map(String::from));
        named.collect::<Option<Vec<_>>>().context("a policy without an id")
    }
}
