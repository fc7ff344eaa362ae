// The processor's own fields: what is typed into them goes to the processor, and only what it knows it by comes back into our form.
(() => {
  "use strict";
  const form = document.getElementById("fields");
  const says = document.getElementById("fields-say");
  const keep = document.getElementById("fields-keep");
  const say = (text) => { says.textContent = text; says.hidden = false; keep.disabled = false; };
  if (typeof Stripe !== "function") { say("The processor's fields could not be loaded: load the page again."); return; }
  const { key, secret, kind } = form.dataset;
  const stripe = Stripe(key);
  const fill = kind === "card" ? ofCard() : ofBank;

  function ofCard() {
    const card = stripe.elements().create("card");
    card.mount("#fields-card");
    return () => stripe.confirmCardSetup(secret, { payment_method: { card } });
  }

  async function ofBank() {
    const name = document.getElementById("fields-holder").value;
    const params = { payment_method_type: "us_bank_account", payment_method_data: { billing_details: { name } } };
    const collected = await stripe.collectBankAccountForSetup({ clientSecret: secret, params });
    return collected.error ? collected : stripe.confirmUsBankAccountSetup(secret);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep.disabled = true;
    const { error, setupIntent } = await fill();
    if (error) return say(error.message || "The processor did not take it.");
    form.elements.fields.value = setupIntent.id;
    form.submit();
  });
})();
