//! A PostgreSQL server of a test's own, to be stopped, started and filled up.

use super::place::new_folder;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server; ends with the value.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// Gives a folder to the user that servers run as: PostgreSQL refuses to be run by root.
pub fn give_to_server(folder: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg("postgres").arg(folder).status().unwrap().success());
    }
}

impl Cluster {
    /// Makes one and starts it at a free port.
    pub fn start_new() -> Cluster {
        let folder = new_folder();
        give_to_server(&folder);
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster { folder, port };
        let data = cluster.folder.join("data");
        let data = data.display();
        cluster.run("initdb", &format!("--auth=trust --username=duly --no-sync --encoding=UTF8 --locale=C -D {data}"));
        cluster.start();
        cluster
    }

    /// Starts it again.
    pub fn start(&self) {
        let (folder, port) = (self.folder.display(), self.port);
        let options = format!("-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off");
        self.run("pg_ctl", &format!("-w -o '{options}' -l {folder}/log -D {folder}/data start"));
    }

    /// Stops it as a crash does.
    pub fn stop(&self) {
        self.run("pg_ctl", &format!("-w -m immediate -D {}/data stop", self.folder.display()));
    }

    /// The address without a database.
    pub fn address(&self) -> String {
        format!("postgres://duly@127.0.0.1:{}", self.port)
    }

    fn run(&self, program: &str, args: &str) {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed").flatten();
        let newest = versions.map(|version| version.path().join("bin").join(program)).filter(|path| path.is_file()).max();
        let line = format!("{} {args}", newest.expect("the Debian package postgresql is installed").display());
        let mut command = if is_root() { Command::new("runuser") } else { Command::new("sh") };
        command.args(if is_root() { &["-u", "postgres", "--", "sh", "-c"][..] } else { &["-c"] });
        let status = command.arg(&line).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{line}: {status}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
            std::fs::remove_dir_all(&self.folder).unwrap();
        }
    }
}
