//! A real Slurm of two nodes on this machine, for one test: started as children of the test, listening on 127.0.0.1 alone, and gone with it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The cluster.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    controller: Child,
    nodes: Vec<Child>,
}

impl Cluster {
    /// Starts a controller and two nodes of two CPUs; `None` where there is no Slurm, which in CI is an error.
    pub(crate) fn start() -> Option<Self> {
        if Command::new("slurmctld").arg("-V").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "CI installs slurm-wlm");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let text = |command: &str, args: &[&str]| {
            String::from_utf8(Command::new(command).args(args).output().unwrap().stdout).unwrap().trim().to_owned()
        };
        let (host, user) = (text("hostname", &["-s"]), text("id", &["-un"]));
        // Free when they were asked for; Slurm takes no port 0.
        let listeners: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        drop(listeners);
        let path = folder.path().display();
        let node = |number: usize| {
            format!("NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={} CPUs=2 RealMemory=1000", ports[number])
        };
        let (one, two) = (node(1), node(2));
        let conf = format!(
            "ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
StateSaveLocation={path}/state
SlurmdSpoolDir={path}/spool.%n
SlurmctldPidFile={path}/slurmctld.pid
SlurmdPidFile={path}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=5
MpiDefault=none
# With auth/none nobody else may reach it.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
{one}
{two}
PartitionName=debug Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
",
            ports[0]
        );
        std::fs::write(folder.path().join("slurm.conf"), conf).unwrap();
        let conf = folder.path().join("slurm.conf");
        let daemon = |name: &str, args: &[&str], home: &str| {
            let home = folder.path().join(home);
            std::fs::create_dir(&home).unwrap();
            let log = std::fs::File::create(folder.path().join(format!("{name}{}.log", args.concat()))).unwrap();
            Command::new(name)
                .arg("-D")
                .arg("-f")
                .arg(&conf)
                .args(args)
                .current_dir(home)
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .stdin(Stdio::null())
                .spawn()
                .unwrap()
        };
        let controller = daemon("slurmctld", &[], "state");
        let nodes = ["n1", "n2"].map(|node| daemon("slurmd", &["-N", node], &format!("spool.{node}")));
        let cluster = Self { folder, controller, nodes: nodes.into() };
        let started = Instant::now();
        while cluster.ask("sinfo", &["-h", "-N", "-t", "idle"]).stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count()
            < 2
        {
            assert!(started.elapsed() < Duration::from_secs(30), "no two nodes in half a minute:\n{}", cluster.logs());
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(cluster)
    }

    /// The configuration, for `SLURM_CONF`.
    pub(crate) fn conf(&self) -> PathBuf {
        self.folder.path().join("slurm.conf")
    }

    /// What a command of Slurm's answers.
    pub(crate) fn ask(&self, command: &str, args: &[&str]) -> Output {
        Command::new(command).args(args).env("SLURM_CONF", self.conf()).output().unwrap()
    }

    /// Kills a node as a power cut does: its daemon and everything that runs under it. Returns the processes of rasplab that died so.
    pub(crate) fn kill_node(&mut self, node: usize) -> Vec<u32> {
        let _ = self.nodes[node].kill();
        let died = self.kill_all_of(&format!("n{}", node + 1));
        let _ = self.nodes[node].wait();
        died
    }

    /// Kills what runs on a node and outlives its daemon: jobs, known by their environment, and who looks after them, known by where it works.
    fn kill_all_of(&self, node: &str) -> Vec<u32> {
        let conf = format!("SLURM_CONF={}", self.conf().display());
        let name = format!("SLURMD_NODENAME={node}");
        let home = self.folder.path().join(format!("spool.{node}"));
        let mut workers = Vec::new();
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = process.file_name().to_str().and_then(|pid| pid.parse::<u32>().ok()) else { continue };
            let words = |file: &str| -> Vec<String> {
                let bytes = std::fs::read(process.path().join(file)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).split('\0').map(str::to_owned).collect()
            };
            let environment = words("environ");
            let is_job = environment.contains(&conf) && environment.contains(&name);
            if is_job || std::fs::read_link(process.path().join("cwd")).is_ok_and(|place| place == home) {
                workers.extend(words("cmdline").iter().any(|word| word == "work").then_some(pid));
                let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            }
        }
        workers
    }

    pub(crate) fn logs(&self) -> String {
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let names = ["slurmctld.log", "slurmd-Nn1.log", "slurmd-Nn2.log"];
        names.map(|name| format!("== {name}\n{}", read(&self.folder.path().join(name)))).concat()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in ["n1", "n2"] {
            self.kill_all_of(node);
        }
        for daemon in self.nodes.iter_mut().chain([&mut self.controller]) {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}
