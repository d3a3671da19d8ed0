#!/usr/bin/env python3
"""A real mail server for the tests: Debian's exim4, unprivileged, on free ports, in a folder of
its own. Takes mail for *.example into a Maildir, offers STARTTLS, SMTPS and three ways to log in.

Prints one line of JSON when it answers and runs until its standard input ends. Stops only what it
started. Never touches the machine's own mail. Next: ../mail.rs, which asks it for everything.

Refused on purpose: refused@ 550, full@ 452, busy@ 451, slow@ 421; foreign domains without log-in
550 (relaying).
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

USER = "box"
PASSWORD = "open sesame"
START_S_MAX = 20
STOP_S_MAX = 20
REMOVE_TRIES_MAX = 20
PACKAGES = "apt-get install -y exim4-daemon-light openssl"

CONFIG = """
primary_hostname = mail.tidewell.example
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
exim_path = {folder}/exim4
keep_environment =
deliver_drop_privilege = true
exim_user = {uid}
exim_group = {gid}
admin_groups = {gid}
trusted_groups = {gid}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {plain} : {smtps}
tls_on_connect_ports = {smtps}
tls_advertise_hosts = *
tls_certificate = {folder}/leaf.pem
tls_privatekey = {folder}/leaf.key
auth_advertise_hosts = *
host_lookup =
rfc1413_hosts =
smtp_accept_max = 200
smtp_accept_max_per_connection = 1000
smtp_accept_queue_per_connection = 1000
acl_smtp_rcpt = rcpt
acl_smtp_data = data
disable_ipv6 = true
dns_ipv4_lookup =

begin acl
rcpt:
  deny local_parts = refused
       message = mailbox unavailable
  defer local_parts = full
       message = 452 4.2.2 mailbox full
  defer local_parts = busy
       message = 451 4.3.2 please try again later
  defer local_parts = slow
       message = 421 4.7.0 too many messages, slow down
  accept domains = *.example
  accept authenticated = *
  deny message = relay not permitted
data:
  accept

begin routers
all:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {folder}/maildir
  maildir_format
  user = {uid}
  group = {gid}
  envelope_to_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{user}}}{{{password}}}fail}}
  server_set_id = $auth1
"""


def program(name, default):
    path = os.environ.get(name, default)
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} is missing: {PACKAGES}")
    return path


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def openssl(folder, *arguments):
    command = [program("USHER_OPENSSL", "/usr/bin/openssl"), *arguments]
    subprocess.run(command, cwd=folder, check=True, stderr=subprocess.PIPE)


def certificates(folder):
    """An authority and a leaf: rustls takes no authority as a server's certificate."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority = ["-x509", "-days", "2", "-subj", "/CN=Tidewell test authority"]
    openssl(folder, "req", *authority, *key, "-keyout", "ca.key", "-out", "ca.pem")
    leaf = ["-subj", "/CN=localhost", "-keyout", "leaf.key", "-out", "leaf.csr"]
    openssl(folder, "req", *key, *leaf)
    with open(f"{folder}/leaf.ext", "w") as extension:
        extension.write("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    openssl(folder, "x509", "-req", "-in", "leaf.csr", *signed, "-extfile", "leaf.ext",
            "-out", "leaf.pem")


def account():
    """Who runs the server: us, or nobody when we are root, which exim refuses to be."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def furnish(folder, ports, uid, gid):
    # A copy has no setuid bit: the server runs as whoever starts it, configuration and all.
    shutil.copyfile(program("USHER_EXIM", "/usr/sbin/exim4"), f"{folder}/exim4")
    os.chmod(f"{folder}/exim4", 0o755)
    certificates(folder)
    for name in ("spool", "log", "maildir"):
        os.mkdir(f"{folder}/{name}")
    values = dict(folder=folder, plain=ports[0], smtps=ports[1], uid=uid, gid=gid,
                  user=USER, password=PASSWORD)
    with open(f"{folder}/exim.conf", "w") as config:
        config.write(CONFIG.format(**values))
    if os.getuid() == 0:
        for root, folders, files in os.walk(folder):
            for name in [".", *folders, *files]:
                os.chown(os.path.join(root, name), uid, gid)


def await_greeting(port, server):
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as line:
                if line.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    sys.exit("exim4 did not answer; see its log above")


def stop(server):
    """The daemon and the deliveries it has under way: a session of their own."""
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    server.wait(STOP_S_MAX)


def remove(folder):
    """A delivery in its last breath may write its log once more: looks twice."""
    for _ in range(REMOVE_TRIES_MAX):
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)
        if not os.path.exists(folder):
            return


def main():
    folder = tempfile.mkdtemp(prefix="usher-exim-")
    os.chmod(folder, 0o755)
    server = None
    try:
        uid, gid = account()
        ports = free_ports(2)
        furnish(folder, ports, uid, gid)
        change = dict(user=uid, group=gid, extra_groups=[gid]) if os.getuid() == 0 else {}
        command = [f"{folder}/exim4", "-C", f"{folder}/exim.conf", "-bdf"]
        server = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                                  stdout=sys.stderr, start_new_session=True, **change)
        await_greeting(ports[0], server)
        told = dict(plain_port=ports[0], smtps_port=ports[1], ca=f"{folder}/ca.pem", user=USER,
                    password=PASSWORD, maildir=f"{folder}/maildir", log=f"{folder}/log/mainlog")
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    finally:
        if server is not None:
            stop(server)
        remove(folder)


if __name__ == "__main__":
    main()
