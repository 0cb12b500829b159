//! Leases: which process is doing a run now, so that several share a sweep and none does what another is doing.
//!
//! A lease is a small file in the sweep's `leases/`, created so that one process alone can, and written anew by its holder at every beat. It is free again when its holder
//! is gone, which others know in two ways:
//!
//! - on the holder's own machine by the file's lock, which the system lets go of with the process, at once;
//! - elsewhere by the beats: a lease whose text has not changed for [`Terms::stale_after`] *by the observer's own clock* is taken over. Clocks of two machines are never compared.
//!
//! A holder that was taken for dead (asleep, or cut off from the disk) finds another's token in the file, and gives up: [`Lease::check`] is asked before anything is
//! kept. Between that question and the renaming of a file there is a moment that no file system closes; what is written in it is whole, and says what the new holder's says,
//! since a run is a function of its cell and seeds.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Every text of a lease is as long, so that it can be written in place.
const TEXT_BYTES: usize = 512;
/// A holder beats so often before it would be taken for dead.
const BEATS: u32 = 12;
/// How long a process waits for another's lease before it says so.
const TOLD_AFTER: Duration = Duration::from_secs(2);
/// How long a taker waits before it looks whether somebody else took the same lease.
const SETTLING: Duration = Duration::from_millis(50);

/// Leases that this process has asked for, so that no two of its files or tokens are alike.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// When a holder counts as dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// A lease that has not changed for so long is taken over.
    pub stale_after: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self { stale_after: Duration::from_mins(1) }
    }
}

/// Who holds a lease: what its file says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Names this holding; no two are alike.
    token: String,
    /// The holder's machine.
    pub host: String,
    /// Which start of that machine, where the system says.
    boot: String,
    /// The holder's process.
    pub pid: u32,
    /// Whether the file is locked while the holder lives.
    locked: bool,
    /// Beats so far.
    beat: u64,
    /// Seconds without a beat after which the lease is free.
    stale_after: f64,
    /// When it was taken, in seconds since 1970 by the holder's clock. For people; nothing is decided by it.
    pub since: u64,
    /// Training steps taken.
    pub step: u64,
    /// Training steps at most.
    pub steps: u64,
}

/// The leases of one sweep, as one process sees them.
#[derive(Debug)]
pub struct Leases {
    folder: PathBuf,
    terms: Terms,
    host: String,
    boot: String,
    /// What others' leases said, and since when by this process's clock.
    seen: Mutex<HashMap<String, Seen>>,
    held: Mutex<Vec<Arc<Lease>>>,
}

#[derive(Debug)]
struct Seen {
    text: Vec<u8>,
    since: Instant,
    /// Whether the text has changed since it was first seen.
    beats: bool,
}

/// What came of asking for a lease.
#[derive(Debug)]
pub enum Claim {
    /// It is this process's now.
    Mine(Arc<Lease>),
    /// Another holds it.
    Held {
        /// Whether its beats have been seen; until then it may be dead.
        beats: bool,
    },
}

/// A lease that this process holds. It is given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    file: Mutex<File>,
    token: String,
    holder: Mutex<Holder>,
    lost: AtomicBool,
}

/// What can be said of a lease's holder at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Its process is there.
    Alive,
    /// Its process, on this machine, is gone.
    Dead,
    /// It is another machine's; `secs` ago by the file's time it last beat, if clocks agree.
    Elsewhere {
        /// Seconds since the last beat.
        secs: u64,
    },
}

impl Leases {
    /// The leases of a sweep's folder.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn open(sweep: &Path, terms: Terms) -> Result<Self, Error> {
        let folder = sweep.join("leases");
        fs::create_dir_all(&folder).map_err(Error::file(&folder, "create"))?;
        clear(&folder);
        Ok(Self { folder, terms, host: host(), boot: boot(), seen: Mutex::default(), held: Mutex::default() })
    }

    /// Asks for a lease.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn claim(&self, name: &str) -> Result<Claim, Error> {
        let path = self.folder.join(name);
        if !path.exists()
            && let Some(lease) = self.create(&path).map_err(Error::file(&path, "create"))?
        {
            return Ok(Claim::Mine(self.keep(name, lease)));
        }
        let Some((file, text)) = read(&path, true).map_err(Error::file(&path, "read"))? else {
            // Given back just now; the next question will get it.
            return Ok(Claim::Held { beats: false });
        };
        let holder: Option<Holder> = serde_json::from_slice(&text).ok();
        // While it is locked nobody else of this machine takes it over.
        let locked = file.try_lock();
        let is_gone = locked.is_ok() && holder.as_ref().is_some_and(|holder| holder.locked && self.is_here(holder));
        let (unchanged, beats) = self.observe(name, &text);
        let stale_after = holder.map_or(self.terms.stale_after, |holder| Duration::from_secs_f64(holder.stale_after.clamp(0.0, 86_400.0)));
        if !is_gone && unchanged < stale_after.max(self.terms.stale_after) {
            return Ok(Claim::Held { beats });
        }
        let taken = self.take_over(&path, &text, is_gone).map_err(Error::file(&path, "write"))?;
        Ok(taken.map_or(Claim::Held { beats: false }, |lease| Claim::Mine(self.keep(name, lease))))
    }

    /// A new lease, whole from its first moment on, unless there is one.
    fn create(&self, path: &Path) -> Result<Option<Lease>, std::io::Error> {
        let beside = self.beside(path);
        let lease = self.write_first(path, &beside)?;
        let linked = fs::hard_link(&beside, path);
        let _ = fs::remove_file(&beside);
        match linked {
            Ok(()) => Ok(Some(lease)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            // A file system without links has a moment in which the lease says nothing yet.
            Err(_) => match File::create_new(path) {
                Ok(_) => self.write_first(path, path).map(Some),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    /// For how long a lease has said the same, and whether it has ever said something else.
    fn observe(&self, name: &str, text: &[u8]) -> (Duration, bool) {
        let mut all = lock(&self.seen);
        let seen = all.entry(name.to_owned()).or_insert_with(|| Seen { text: text.to_owned(), since: Instant::now(), beats: false });
        if seen.text != text {
            *seen = Seen { text: text.to_owned(), since: Instant::now(), beats: true };
        }
        (seen.since.elapsed(), seen.beats)
    }

    /// Puts a lease of this process in the place of one whose holder is gone, unless somebody else was faster. `alone` says that the old file's lock keeps others off.
    fn take_over(&self, path: &Path, judged: &[u8], alone: bool) -> Result<Option<Lease>, std::io::Error> {
        let beside = self.beside(path);
        let lease = self.write_first(path, &beside)?;
        if read(path, false)?.is_none_or(|(_, text)| text != judged) {
            fs::remove_file(&beside)?;
            return Ok(None);
        }
        fs::rename(&beside, path)?;
        if !alone {
            std::thread::sleep(SETTLING);
        }
        Ok(lease.is_mine().then_some(lease))
    }

    /// A path that no other process, and no other lease of this one, writes to.
    fn beside(&self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!(".{name}.{}-{}-{number}", self.host, std::process::id()))
    }

    /// Writes the text of a lease that is to stand at `path` into a file `at`.
    fn write_first(&self, path: &Path, at: &Path) -> Result<Lease, std::io::Error> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(at)?;
        let token = format!("{}-{}-{}-{}", self.host, std::process::id(), nanos(), TAKEN.fetch_add(1, Ordering::Relaxed));
        let holder = Holder {
            token: token.clone(),
            host: self.host.clone(),
            boot: self.boot.clone(),
            pid: std::process::id(),
            locked: lock_for_good(&file),
            beat: 0,
            stale_after: self.terms.stale_after.as_secs_f64(),
            since: unix_secs(),
            step: 0,
            steps: 0,
        };
        let lease =
            Lease { path: path.to_owned(), file: Mutex::new(file), token, holder: Mutex::new(holder), lost: AtomicBool::new(false) };
        // A lease that says nothing would stand in others' way until it is stale.
        lease.write().inspect_err(|_| drop(fs::remove_file(at)))?;
        Ok(lease)
    }

    fn keep(&self, name: &str, lease: Lease) -> Arc<Lease> {
        lock(&self.seen).remove(name);
        let lease = Arc::new(lease);
        lock(&self.held).push(Arc::clone(&lease));
        lease
    }

    fn is_here(&self, holder: &Holder) -> bool {
        is_here(holder, &self.host, &self.boot)
    }

    /// Gives a lease back.
    pub fn give_back(&self, lease: &Arc<Lease>) {
        lock(&self.held).retain(|held| !Arc::ptr_eq(held, lease));
        lease.give_back();
    }

    /// Does some work while a thread beats for every lease that is held.
    pub fn beating<T>(&self, work: impl FnOnce() -> T) -> T {
        let (end, ended) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(self.terms.stale_after / BEATS) {
                    let held = lock(&self.held).clone();
                    for lease in held {
                        lease.beat();
                    }
                }
            });
            // Whether the work returns or panics, its end of the channel goes with it.
            let _end = end;
            work()
        })
    }

    /// Does some work alone: with a lease of this name, which is waited for; `waits` is told once where it must be. `None` where `stop` is set before it is free.
    ///
    /// # Errors
    /// As [`Leases::claim`].
    pub fn alone<T>(
        &self,
        name: &str,
        stop: &AtomicBool,
        waits: impl FnOnce(),
        work: impl FnOnce(&Lease) -> T,
    ) -> Result<Option<T>, Error> {
        let started = Instant::now();
        let mut waits = Some(waits);
        while !stop.load(Ordering::Relaxed) {
            if let Claim::Mine(lease) = self.claim(name)? {
                let done = self.beating(|| work(&lease));
                self.give_back(&lease);
                return Ok(Some(done));
            }
            if started.elapsed() > TOLD_AFTER
                && let Some(waits) = waits.take()
            {
                waits();
            }
            std::thread::sleep(SETTLING);
        }
        Ok(None)
    }
}

/// Every lease of a sweep's folder that is held, by name, with what can be said of its holder at one look. Nothing is written.
///
/// # Errors
/// Where the folder cannot be read.
pub fn held(sweep: &Path) -> Result<Vec<(String, Holder, Life)>, Error> {
    let folder = sweep.join("leases");
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::file(&folder, "read"))?,
    };
    let (host, boot) = (host(), boot());
    let mut all = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::file(&folder, "read"))?;
        let Some(name) = entry.file_name().to_str().filter(|name| !name.starts_with('.')).map(str::to_owned) else { continue };
        let Ok(Some((file, text))) = read(&entry.path(), false) else { continue };
        let Ok(holder) = serde_json::from_slice::<Holder>(&text) else { continue };
        let life = if holder.locked && is_here(&holder, &host, &boot) {
            if file.try_lock_shared().is_ok() { Life::Dead } else { Life::Alive }
        } else {
            let beaten = file.metadata().and_then(|file| file.modified()).ok();
            // A clock that is behind the disk's gives no time at all.
            let secs = beaten.and_then(|at| SystemTime::now().duration_since(at).ok()).map_or(0, |gone| gone.as_secs());
            Life::Elsewhere { secs }
        };
        all.push((name, holder, life));
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(all)
}

/// Clears away what processes of this machine were writing when they were killed: nobody has it locked.
fn clear(folder: &Path) {
    let mine = format!(".{}-", host());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.')
            && name.contains(&mine)
            && let Ok(Some((file, _))) = read(&entry.path(), true)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a holder is of this machine, since it was last started. Where the system does not say which start that was, two machines may have one name.
fn is_here(holder: &Holder, host: &str, boot: &str) -> bool {
    !boot.is_empty() && holder.host == host && holder.boot == boot
}

impl Holder {
    /// Whether the holder has missed all the beats that it may miss, as far as one look tells.
    pub fn seems_dead(&self, life: Life) -> bool {
        match life {
            Life::Alive => false,
            Life::Dead => true,
            Life::Elsewhere { secs } => secs as f64 > self.stale_after,
        }
    }
}

impl Lease {
    /// Takes note of a step, for the next beat.
    pub fn tell(&self, step: u64, steps: u64) {
        let mut holder = lock(&self.holder);
        (holder.step, holder.steps) = (step, steps);
    }

    /// Whether another has taken the lease over, as of the last beat or question.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Asks the disk whether the lease is still this process's, before anything is kept.
    ///
    /// # Errors
    /// [`Error::LeaseLost`] where another has it.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_mine() { Ok(()) } else { Err(Error::LeaseLost { lease: self.path.clone() }) }
    }

    fn is_mine(&self) -> bool {
        // A disk that does not answer, or a text that is being written, is no other holder.
        let is_mine = match read(&self.path, false) {
            Ok(Some((_, text))) => serde_json::from_slice::<Holder>(&text).map_or(true, |holder| holder.token == self.token),
            Ok(None) => false,
            Err(_) => true,
        };
        self.lost.fetch_or(!is_mine, Ordering::Relaxed);
        !self.is_lost()
    }

    fn beat(&self) {
        if self.is_mine() {
            lock(&self.holder).beat += 1;
            // Whoever misses too many beats is taken over, and will find out.
            let _ = self.write();
        }
    }

    fn write(&self) -> Result<(), std::io::Error> {
        let mut text = serde_json::to_vec(&*lock(&self.holder))?;
        text.resize(TEXT_BYTES.max(text.len() + 1), b' ');
        if let Some(end) = text.last_mut() {
            *end = b'\n';
        }
        let mut file = lock(&self.file);
        file.rewind()?;
        file.write_all(&text)?;
        file.sync_data()
    }

    fn give_back(&self) {
        if !self.is_lost() && self.is_mine() {
            let _ = fs::remove_file(&self.path);
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// A lease's file and text; `None` where there is none. Some file systems lock only what is open for writing.
fn read(path: &Path, to_lock: bool) -> Result<Option<(File, Vec<u8>)>, std::io::Error> {
    let mut file = match OpenOptions::new().read(true).write(to_lock).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::with_capacity(TEXT_BYTES);
    file.read_to_end(&mut text)?;
    Ok(Some((file, text)))
}

/// Locks a file for as long as it is open; false where the file system has no locks. Others lock it for moments, to see whether they can.
fn lock_for_good(file: &File) -> bool {
    for _ in 0..100 {
        match file.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(_)) => return false,
        }
    }
    false
}

fn host() -> String {
    sysinfo::System::host_name().unwrap_or_else(|| "unknown".to_owned())
}

/// What Linux calls this start of the machine; without it two machines of one name could be taken for one.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

fn nanos() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos())
}

/// Seconds since 1970 by this machine's clock.
pub fn unix_secs() -> u64 {
    (nanos() / 1_000_000_000) as u64
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Terms = Terms { stale_after: Duration::from_millis(300) };

    fn leases(folder: &Path) -> Leases {
        Leases::open(folder, SOON).unwrap()
    }

    /// As another machine sees the same folder.
    fn elsewhere(folder: &Path) -> Leases {
        Leases { host: "elsewhere".to_owned(), ..leases(folder) }
    }

    fn mine(claim: Claim) -> Arc<Lease> {
        match claim {
            Claim::Mine(lease) => lease,
            Claim::Held { .. } => panic!("somebody else has it"),
        }
    }

    fn is_held(claim: &Claim) -> bool {
        matches!(claim, Claim::Held { .. })
    }

    #[test]
    fn one_of_many_gets_a_lease_and_the_next_one_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<Leases> = (0..8).map(|_| leases(folder.path())).collect();
        let claims: Vec<Claim> = std::thread::scope(|scope| {
            let threads: Vec<_> = all.iter().map(|leases| scope.spawn(|| leases.claim("run").unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(claims.iter().filter(|claim| !is_held(claim)).count(), 1);
        let (holder, lease) = all
            .iter()
            .zip(claims)
            .find_map(|(leases, claim)| Some((leases, if let Claim::Mine(lease) = claim { lease } else { return None })))
            .unwrap();
        holder.give_back(&lease);
        assert!(lease.check().is_err(), "what is given back is not held");
        mine(all[0].claim("run").unwrap());
    }

    #[test]
    fn a_process_that_is_gone_is_followed_at_once_on_its_own_machine() {
        let folder = tempfile::tempdir().unwrap();
        let first = leases(folder.path());
        let lease = mine(first.claim("run").unwrap());
        assert!(is_held(&leases(folder.path()).claim("run").unwrap()));
        // A killed process leaves the file, and the system unlocks it.
        let text = fs::read(folder.path().join("leases/run")).unwrap();
        first.give_back(&lease);
        fs::write(folder.path().join("leases/run"), text).unwrap();
        assert_eq!(held(folder.path()).unwrap()[0].2, Life::Dead);
        mine(leases(folder.path()).claim("run").unwrap()).check().unwrap();
    }

    #[test]
    fn another_machine_waits_for_beats_by_its_own_clock() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (leases(folder.path()), elsewhere(folder.path()));
        let lease = mine(here.claim("run").unwrap());
        // The file's time says 1970: clocks may disagree as they like.
        lock(&lease.file).set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(matches!(there.claim("run").unwrap(), Claim::Held { beats: false }));
        for _ in 0..4 {
            std::thread::sleep(SOON.stale_after / 2);
            lease.beat();
            assert!(matches!(there.claim("run").unwrap(), Claim::Held { beats: true }), "it beats");
        }
        std::thread::sleep(SOON.stale_after + Duration::from_millis(50));
        let taken = mine(there.claim("run").unwrap());
        assert!(matches!(lease.check(), Err(Error::LeaseLost { .. })), "the old holder finds another's token");
        lease.beat();
        lease.give_back();
        taken.check().unwrap();
    }

    #[test]
    fn a_lease_that_says_nothing_is_waited_for_and_then_taken() {
        let folder = tempfile::tempdir().unwrap();
        let leases = leases(folder.path());
        fs::write(folder.path().join("leases/run"), "").unwrap();
        assert!(is_held(&leases.claim("run").unwrap()));
        std::thread::sleep(SOON.stale_after + Duration::from_millis(50));
        mine(leases.claim("run").unwrap());
    }

    #[test]
    fn a_thread_beats_while_there_is_work() {
        let folder = tempfile::tempdir().unwrap();
        let leases = leases(folder.path());
        let lease = mine(leases.claim("run").unwrap());
        leases.beating(|| {
            lease.tell(30, 60);
            std::thread::sleep(SOON.stale_after);
        });
        let (_, holder, life) = held(folder.path()).unwrap().remove(0);
        assert!(holder.beat > 0 && (holder.step, holder.steps) == (30, 60));
        assert_eq!(life, Life::Alive);
        assert!(!holder.seems_dead(life));
    }
}
