//! `rasp certify`: a proof of `rasp search`, repeated.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use rasp::rasp_l::search::Search;
use serde_json::json;

use super::search::{RoomArgs, searcher};
use crate::cli::sweep::stop_on_signal;
use crate::error::Error;
use crate::printer::Printer;
use crate::search::Certificate;

#[derive(Debug, Args)]
pub(in crate::cli) struct CertifyArgs {
    /// The certificate that `rasp search --out` has written.
    file: PathBuf,
    /// Sizes up to this one are also checked by plain enumeration: every program, nothing left out, each line computed by itself.
    #[arg(long, value_name = "SIZE", default_value_t = 1)]
    plain_to: usize,
    #[command(flatten)]
    room: RoomArgs,
}

pub(super) fn certify(args: &CertifyArgs, printer: Printer) -> Result<(), Error> {
    let text = fs::read_to_string(&args.file).map_err(Error::file(&args.file, "read"))?;
    let certificate: Certificate =
        serde_json::from_str(&text).map_err(|error| Error::Usage(format!("{}: this is no certificate: {error}", args.file.display())))?;
    let space = certificate.space()?;
    certificate.check_claim()?;
    let stop = stop_on_signal()?;
    let pool = searcher(args.room, None, &stop, Vec::new());
    for size in &certificate.sizes {
        let battery = certificate.battery(size)?;
        let made = Search::new(&space, &battery, size.size).map_err(|error| Error::Usage(error.to_string()))?;
        let searched = pool.search(&made)?;
        if searched.agreeing > 0 {
            let program = searched.programs.first().map_or("", String::as_str);
            return Err(Error::NotCertified(format!("this program of {} core operations agrees:\n{program}", size.size)));
        }
        let shards: Vec<[u64; 3]> =
            searched.shards.iter().map(|(counts, _)| [counts.states, counts.candidates, counts.last_operations]).collect();
        if let Some(shard) = (0..shards.len().max(size.shards.len())).find(|&shard| shards.get(shard) != size.shards.get(shard)) {
            return Err(Error::NotCertified(format!(
                "at size {}, shard {shard} counts {:?}, not {:?}",
                size.size,
                shards.get(shard),
                size.shards.get(shard)
            )));
        }
        let plain = size.size <= args.plain_to;
        if plain && rasp::rasp_l::search::some_agrees(&space, &battery, size.size) {
            return Err(Error::NotCertified(format!("plain enumeration finds a program of {} core operations", size.size)));
        }
        let by = if plain { ", and by plain enumeration" } else { "" };
        printer.note(&format!("size {}: {} shards as certified{by}", size.size, shards.len()));
    }
    if printer.json() {
        printer.value(&json!({ "holds": true, "none_below": certificate.none_below }))
    } else {
        printer.data(&certificate.claim)
    }
}
