//! A machine with nothing on it but the program.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::disk::Disk;
use crate::running::until;
use crate::site::Site;

/// Whether the guest's disk is told to keep what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    Kept,
    /// `fsync` does nothing in it.
    Ignored,
}

/// What every guest starts from: a kernel, and a file system in memory with the program.
pub(crate) struct Model {
    folder: TempDir,
}

impl Model {
    pub(crate) fn new() -> Self {
        let model = Self { folder: tempfile::tempdir().unwrap() };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("make-guest");
        let made =
            Command::new(script).arg(env!("CARGO_BIN_EXE_routix-power")).arg(model.folder.path()).status().unwrap();
        assert!(made.success(), "tests/power/make-guest: {made}");
        model
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Switches a machine with this disk on, and waits until it serves with the settings of its site.
    pub(crate) fn start(&self, disk: &Disk, site: &Site, sync: Sync) -> Guest {
        let (port, console) = (free_port(), self.file("console"));
        let mut words = vec!["console=ttyS0 quiet panic=-1 ROUTIX_LOG=warn".to_owned()];
        for (name, value) in site.serving().get_envs() {
            words.extend(value.map(|value| format!("{}={}", name.display(), value.display())));
        }
        words.extend((sync == Sync::Ignored).then(|| "GUEST_PRELOAD=/lib/no-sync.so".to_owned()));
        let mut qemu = Command::new("qemu-system-x86_64");
        // Emulated: a guest in a guest has no other way on many machines.
        qemu.args(["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"]);
        qemu.args(["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]);
        qemu.arg("-kernel")
            .arg(self.file("kernel"))
            .arg("-initrd")
            .arg(self.file("initrd"))
            .args(["-append", &words.join(" ")]);
        // What the guest has written is the host's from then on, which is all that a killed guest asks of it.
        let drive = format!("file={},format=raw,if=virtio,cache=unsafe", disk.file().display());
        let network = format!("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:8080");
        qemu.args(["-drive", &drive, "-netdev", &network, "-device", "virtio-net-pci,netdev=net,romfile="]);
        qemu.stdin(Stdio::null()).stdout(File::create(&console).unwrap()).stderr(Stdio::inherit());
        let mut guest = Guest { qemu: qemu.spawn().unwrap(), host: format!("127.0.0.1:{port}") };
        until("the guest serves", || {
            let said = String::from_utf8_lossy(&fs::read(&console).unwrap()).into_owned();
            assert!(guest.qemu.try_wait().unwrap().is_none(), "the guest has ended: {said}");
            said.contains("routix serves ").then_some(())
        });
        guest
    }
}

/// A machine that is on. Its power is cut when it goes out of scope.
pub(crate) struct Guest {
    qemu: Child,
    /// `host:port`.
    pub(crate) host: String,
}

impl Drop for Guest {
    fn drop(&mut self) {
        // It may be off already; there is nothing to do then.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
