//! Guards what the box does about a store it cannot have: taken, damaged, read-only, without room.
//!
//! In none of these is a store lost or overwritten, and in each a technician is told what to look
//! at. Where mounting is not allowed the last one says that it was skipped. Next: `plug.rs`.

use crate::running::{Folder, Running, WAIT_MAX, configure, free_address, program, until};
use crate::sale::{scan, sold};
use serde_json::json;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Output};

/// Somebody who may write nowhere.
const NOBODY: u32 = 65_534;

fn serve_fails(config: &Path) -> Output {
    let mut command = Command::new(program());
    command.args(["serve", "--config"]).arg(config).output().unwrap()
}

#[test]
fn a_store_in_use_is_refused_with_the_number_of_the_process_that_has_it() {
    let folder = Folder::new();
    let state = folder.join("state");
    let demo = Running::demo(&state);
    let config = configure(&folder, &state, free_address(), "");
    let output = serve_fails(&config);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains(&demo.child.id().to_string()), "{words}");
    assert_eq!(demo.caller().get("/readyz").status, 200, "the first one is not disturbed");
}

/// Overwrites a piece of the file every so often, from this byte on.
fn scratch(store: &Path, from: u64) {
    let mut file = File::options().write(true).open(store).unwrap();
    let length = file.metadata().unwrap().len();
    for at in (from..length).step_by(64 * 1024) {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[0x5a; 512]).unwrap();
    }
}

#[test]
fn a_damaged_store_is_kept_and_the_daemon_stays_up_unready() {
    let folder = Folder::new();
    let whole = folder.join("whole");
    let demo = Running::demo(&whole);
    sold(&demo.caller(), "ada", demo.tonight(), 2);
    demo.kill();
    damaged(&folder, &whole, "after a pulled plug, behind the header", 64 * 1024);
    assert!(Running::demo(&whole).stop().success());
    damaged(&folder, &whole, "behind the header", 64 * 1024);
    damaged(&folder, &whole, "from its first byte", 0);
}

fn damaged(folder: &Folder, whole: &Path, name: &str, from: u64) {
    let state = folder.join(name);
    fs::create_dir(&state).unwrap();
    for file in ["usher.redb", "keys"] {
        fs::copy(whole.join(file), state.join(file)).unwrap();
    }
    scratch(&state.join("usher.redb"), from);
    kept_as_it_was(folder, &state, name);
}

fn kept_as_it_was(folder: &Folder, state: &Path, name: &str) {
    let store = state.join("usher.redb");
    let before = fs::read(&store).unwrap();
    let address = free_address();
    let config = configure(folder, state, address, "");
    for start in ["the first", "the second"] {
        let daemon = Running::serve(&config, address);
        assert_eq!(daemon.caller().get("/readyz").status, 503, "{name}, {start}");
        assert_eq!(daemon.caller().get("/").status, 503, "{name}, {start}");
        let words = daemon.words();
        assert!(words.contains("damaged") && words.contains("usher restore"), "{name}: {words}");
        let kept = state.join("usher.redb.damaged-1");
        assert!(fs::read(&kept).unwrap() == before, "{name}, {start}: kept as it was");
        assert!(!state.join("usher.redb.damaged-2").exists(), "{name}, {start}");
        assert!(!store.exists(), "{name}: no new store is made over a lost one");
        assert!(daemon.stop().success());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_the_daemon_stays_up_unready() {
    if !is_root() {
        println!("skipped: only root may start the daemon as somebody else");
        return;
    }
    let folder = Folder::new();
    let state = folder.join("state");
    fs::create_dir(&state).unwrap();
    let address = free_address();
    let config = configure(&folder, &state, address, "");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let program = folder.join("usher");
    fs::copy(crate::running::program(), &program).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &NOBODY.to_string(), "--regid", &NOBODY.to_string()]);
    command.arg("--clear-groups").arg(&program).args(["serve", "--config"]).arg(&config);
    let daemon = Running::spawn(&mut command, address);
    unready(daemon, &state);
}

fn is_root() -> bool {
    let file = std::env::temp_dir().join(format!("usher-root-{}", std::process::id()));
    fs::write(&file, "").unwrap();
    let may = chown(&file, Some(NOBODY), None).is_ok();
    fs::remove_file(&file).unwrap();
    may
}

/// Up, not ready, and saying which folder is meant.
fn unready(mut daemon: Running, state: &Path) {
    let answer = until("the daemon answers or ends", WAIT_MAX, || {
        assert!(daemon.ended().is_none(), "it ended: {}", daemon.words());
        daemon.caller().ask("GET", "/readyz", None, None).ok()
    });
    assert_eq!(answer.status, 503);
    let words = daemon.words();
    assert!(words.contains(state.to_str().unwrap()), "{words}");
    assert!(daemon.stop().success());
}

/// A file system of its own, unmounted when dropped.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn small(at: &Path, options: &str) -> Option<Mounted> {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at);
        let done = mount.output().is_ok_and(|output| output.status.success());
        done.then(|| Mounted(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_without_room_sells_nothing_new_and_loses_nothing() {
    let folder = Folder::new();
    let state = folder.join("small");
    let Some(mounted) = Mounted::small(&state, "size=4m") else {
        println!("skipped: mounting a small file system is not allowed here");
        return;
    };
    let address = free_address();
    let more = "[[device]]\nnumber = 1\nname = \"Door\"\nkind = \"network\"\ndoor = \"A\"\n\
                [device.network]\nsha256 = \"";
    let more = format!("{more}{}\"\n", crate::running::hash("ut_DOOR"));
    let config = configure(&folder, &state, address, &more);
    let daemon = Running::serve(&config, address);
    let (anyone, door) = (daemon.caller(), daemon.caller().with("ut_DOOR"));
    let full = until("the shop closes", WAIT_MAX, || {
        let cart = anyone.post("/api/v1/carts", &json!({}));
        (cart.status == 503).then_some(cart)
    });
    assert_eq!(full.body["code"], "BoxFull", "{full:?}");
    let first = scan(&door, "U1AAAA", "first").unwrap();
    assert_eq!((first.status, &first.body["verdict"]), (200, &json!("STOP")));
    fill(&state);
    let ended = until_it_leaves(daemon, address, &door);
    assert_eq!(ended, Some(3), "the service manager is to start it again");

    fs::remove_file(state.join("filling")).unwrap();
    let daemon = Running::serve(&config, address);
    let again = scan(&daemon.caller().with("ut_DOOR"), "U1AAAA", "first").unwrap();
    assert_eq!(again.body, first.body, "what was acknowledged is still there");
    assert!(daemon.stop().success());
    drop(mounted);
}

fn fill(state: &Path) {
    let mut filling = File::create(state.join("filling")).unwrap();
    while filling.write_all(&[0; 4096]).is_ok() {}
}

/// Scans until the disk is met: each answer is a verdict or `one moment`, never a GO.
fn until_it_leaves(
    mut daemon: Running,
    address: SocketAddr,
    door: &crate::ask::Caller,
) -> Option<i32> {
    let mut nth = 0;
    let status = until("the disk is met", WAIT_MAX, || {
        nth += 1;
        if let Ok(answer) = scan(door, "U1AAAA", &format!("{address} {nth}")) {
            assert_ne!(answer.body["verdict"], "GO");
            assert!([200, 503].contains(&answer.status), "{answer:?}");
        }
        daemon.ended()
    });
    status.code()
}
