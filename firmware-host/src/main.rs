//! `usher`: one binary, its commands and their options.
//!
//! Only names, options and where output goes; what a command does is in `command/`. Exit codes:
//! 0 done, 1 refused or found wrong, 2 usage. Next: `command.rs`.

use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use usher::command::simulate::pin_pad;
use usher::command::user::Wish;
use usher::command::{Exit, check, demo, doctor, plan, serve, simulate, token, user};
use usher::config::PATH_DEFAULT;
use usher_drivers::scanner::{Protocol, Suffix};
use usher_drivers::sim::{SimScannerSettings, Speech, SsiModel};
use usher_rules::staff::Role;

/// Box office in a box: ticket shop, box-office desk, doors.
#[derive(Parser)]
#[command(name = "usher", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The real daemon: shop, desk, doors, feeds, mail.
    Serve(ConfigFile),
    /// A whole invented venue on an embedded store with simulated devices.
    Demo {
        /// Where to listen; port 0 takes any free one.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Folder of the store; a fresh temporary one if not given.
        #[arg(long, value_name = "DIR")]
        state: Option<PathBuf>,
    },
    /// Looks at store, clock, disk, ports, certificate, mail and devices.
    Doctor {
        #[command(flatten)]
        config: ConfigFile,
        /// Prints one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Reads and cross-checks the configuration.
    Check(ConfigFile),
    /// Seating plans.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Devices made of software, as peers of their own.
    #[command(subcommand)]
    Simulate(SimulateCommand),
    /// Tokens for staff and devices.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Staff accounts from the console, while the daemon is stopped; run as the service user.
    #[command(subcommand)]
    User(UserCommand),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Makes an account and prints a one-time code that is good for 24 h at the sign-in page.
    Add {
        /// Small letters, digits and .@_-
        login: String,
        /// As it stands on pages; the login if not given.
        #[arg(long)]
        name: Option<String>,
        /// door, cashier, supervisor, manager or technician.
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Lists the accounts.
    List {
        #[command(flatten)]
        config: ConfigFile,
        /// Prints one JSON document and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Prints a new one-time code for an account that is there.
    ResetPassword {
        login: String,
        /// Taking the code forgets the second factor, too.
        #[arg(long)]
        lost_phone: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

fn role(name: &str) -> Result<Role, &'static str> {
    Role::named(name).ok_or("door, cashier, supervisor, manager or technician")
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration to use.
    #[arg(long, value_name = "FILE", default_value = PATH_DEFAULT)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum PlanCommand {
    /// Imports a plan without a store and reports what was found.
    Check {
        /// A seating plan as pretix writes it.
        file: PathBuf,
        /// Prints one JSON document and nothing else.
        #[arg(long)]
        json: bool,
        /// Lets seats that share a guid go by their uuid.
        #[arg(long)]
        rekey_duplicates: bool,
    },
}

#[derive(Subcommand)]
enum SimulateCommand {
    /// A serial scanner: each line on standard input is one beam, feedback is printed as JSON.
    Scanner {
        /// Where the host finds the pseudo terminal.
        #[arg(long, value_name = "PATH")]
        link: PathBuf,
        /// The dialogue on the line: ascii or ssi.
        #[arg(long, default_value = "ascii")]
        protocol: Protocol,
        /// What ends a code: cr, lf, crlf, etx or none. With ssi only codes sent as text, until
        /// the host asks for packets.
        #[arg(long, default_value = "cr")]
        suffix: Suffix,
    },
    /// A card terminal: speaks its wire protocol only, and keeps its own books. Prints one JSON
    /// line when it is ready; ends when it is told to (SIGTERM, SIGINT).
    PinPad {
        protocol: pin_pad::Protocol,
        #[command(flatten)]
        options: pin_pad::Options,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Prints a fresh token and its line for the configuration.
    New,
}

fn main() -> ExitCode {
    match run(CommandLine::parse().command) {
        Ok(exit) => exit.into(),
        Err(fault) => {
            eprintln!("usher: {fault}");
            Exit::Refused.into()
        }
    }
}

/// What was typed a moment ago stays in memory for a while, so a crash leaves no copy of it behind
/// (trust 2). The unit says the same; where its filter forbids the call, that is enough.
fn leave_no_core() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
}

/// The threads of the daemon, and TLS from the one provider.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    leave_no_core();
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("TLS was set up twice"))?;
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn run(command: Command) -> anyhow::Result<Exit> {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let exit = match command {
        Command::Serve(ConfigFile { config }) => {
            runtime()?.block_on(serve::run(&config, credentials.as_deref()))?
        }
        Command::Demo { listen, state } => {
            runtime()?.block_on(demo::run(listen, state, &mut out))?
        }
        Command::Doctor { config, json } => {
            doctor::run(&config.config, credentials.as_deref(), json, &mut out)?
        }
        Command::Check(ConfigFile { config }) => {
            check::run(&config, credentials.as_deref(), &mut out, &mut err)?
        }
        Command::Plan(PlanCommand::Check { file, json, rekey_duplicates }) => {
            plan::check(&file, json, rekey_duplicates, &mut out, &mut err)?
        }
        Command::Simulate(SimulateCommand::Scanner { link, protocol, suffix }) => {
            let speech = match protocol {
                Protocol::Ascii => Speech::Ascii,
                Protocol::Ssi => Speech::Ssi(SsiModel::default()),
            };
            let settings = SimScannerSettings { suffix, speech, ..SimScannerSettings::at(link) };
            simulate::scanner(settings, &mut err)?
        }
        Command::Simulate(SimulateCommand::PinPad { protocol, options }) => {
            pin_pad::run(protocol, options, &mut out, &mut err)?
        }
        Command::User(command) => user(command, credentials.as_deref())?,
        Command::Token(TokenCommand::New) => token::new(rand::random(), &mut out)?,
    };
    Ok(exit)
}

fn user(command: UserCommand, credentials: Option<&Path>) -> anyhow::Result<Exit> {
    let (file, wish) = match command {
        UserCommand::Add { login, name, role, config } => {
            let name = name.unwrap_or_else(|| login.clone());
            (config, Wish::Add { login, name, role })
        }
        UserCommand::List { config, json } => (config, Wish::List { json }),
        UserCommand::ResetPassword { login, lost_phone, config } => {
            (config, Wish::ResetPassword { login, lost_phone })
        }
    };
    let mut out = io::stdout();
    Ok(runtime()?.block_on(user::run(&file.config, credentials, wish, &mut out))?)
}
