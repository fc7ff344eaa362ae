//! What the tests need of the machine: Debian packages, a stand-in for the payment processor, and a private PostgreSQL for the run.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Each program the tests talk to, and the Debian package it comes from.
const NEEDED: [(&str, &str); 7] = [
    ("bean-check", "beancount"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("hledger", "hledger"),
    ("initdb", "postgresql"),
    ("pdfinfo", "poppler-utils"),
    ("python3", "python3-venv"),
];

/// Installs what is missing; where that needs a right we do not have, says the command.
pub fn install() -> Result<()> {
    let is_missing = |program: &str, package: &str| find(program).is_none() || (package == "python3-venv" && !makes_environments());
    let missing: Vec<&str> = NEEDED.iter().filter(|(program, package)| is_missing(program, package)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(", "));
    let sudo: &[&str] = if is_root() { &[] } else { &["sudo", "-n"] };
    let apt = |args: &[&str]| {
        let words: Vec<&str> = sudo.iter().chain(&["apt-get"]).chain(args).copied().collect();
        run(Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let installed =
        apt(&["update", "-qq"]).and_then(|()| apt(&[&["install", "-y", "-qq", "--no-install-recommends"][..], &missing].concat()));
    installed.with_context(|| format!("the tests need Debian packages: apt-get install {}", missing.join(" ")))
}

/// The stand-in for the payment processor that the tests start, from PyPI: never shipped, and run as a program of its own.
const LOCALSTRIPE: &str = "1.15.10";

/// Makes a Python environment with the stand-in, once; the Python to start it with.
pub fn localstripe() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(format!("localstripe-{LOCALSTRIPE}"));
    let python = folder.join("bin/python");
    let is_there =
        || Command::new(&python).args(["-c", "import localstripe"]).stderr(Stdio::null()).status().is_ok_and(|end| end.success());
    if !is_there() {
        println!("installing localstripe {LOCALSTRIPE} for the tests");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            .context("the tests need the Debian package python3-venv")?;
        let package = format!("localstripe=={LOCALSTRIPE}");
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &package]))
            .with_context(|| format!("{package} could not be installed from PyPI"))?;
    }
    python.canonicalize().map(|_| python).context("the environment of localstripe")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// Whether Python can make environments: Debian keeps that in a package of its own.
fn makes_environments() -> bool {
    Command::new("python3").args(["-c", "import ensurepip, venv"]).stderr(Stdio::null()).status().is_ok_and(|end| end.success())
}

/// Finds a program on the path, or where Debian keeps PostgreSQL's.
fn find(program: &str) -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let mut all: Vec<PathBuf> = on_path.chain(versions).map(|folder| folder.join(program)).collect();
    all.sort_by_key(|path| std::cmp::Reverse(path.clone()));
    all.into_iter().find(|path| path.is_file())
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| format!("{shown} does not start"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// A PostgreSQL server of this run's own; it ends with the value.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster in a temporary folder and starts it on a free port.
    pub fn start() -> Result<Postgres> {
        let folder = std::env::temp_dir().join(format!("duly-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        if is_root() {
            // PostgreSQL refuses to be run by root.
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let postgres = Postgres { folder, port };
        let data = postgres.folder.join("data");
        run(postgres
            .program("initdb")?
            .args(["--auth=trust", "--username=duly", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdout(Stdio::null()))?;
        let options =
            format!("-p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=400", postgres.folder.display());
        run(postgres
            .program("pg_ctl")?
            .args(["-w", "-o", &options, "-l"])
            .arg(postgres.folder.join("log"))
            .arg("-D")
            .arg(&data)
            .arg("start")
            .stdout(Stdio::null()))?;
        Ok(postgres)
    }

    /// The address without a database.
    pub fn address(&self) -> String {
        format!("postgres://duly@127.0.0.1:{}", self.port)
    }

    fn program(&self, name: &str) -> Result<Command> {
        let path = find(name).with_context(|| format!("{name} is missing: install the Debian package postgresql"))?;
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(Path::new("/"));
        Ok(command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut stop) = self.program("pg_ctl")
            && run(stop.args(["-m", "immediate", "-D"]).arg(self.folder.join("data")).arg("stop").stdout(Stdio::null())).is_err()
        {
            eprintln!("xtask: the test server at port {} is still running", self.port);
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("xtask: {} is left: {error}", self.folder.display());
        }
    }
}
