//! PMP registers out of text as people paste it: GDB's registers, OpenSBI's boot log, C arrays, JSON,
//! lines such as `pmpaddr0 = 0x2003ffff` or `csrw pmpcfg0, 0x1f`.

use alloc::vec::Vec;

use super::csr;
use super::pmp::{Cfg, MAX, Pmp};
use super::smepmp::Mseccfg;
use crate::text;
use crate::text::Text;
use names::{Names, named, no_number, put_addr, put_cfg};
use tokens::{Kind, Token};

mod names;
mod opensbi;
mod tokens;

/// Text that holds no PMP registers, or spoils one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDump {
    /// The line, from 1; 0 if it is the text as a whole.
    pub line: usize,
    /// The character of the line, from 1.
    pub at: usize,
    /// What is wrong and what to do, as a sentence.
    pub why: Text,
}

impl BadDump {
    /// The place and the sentence.
    #[must_use]
    pub fn text(&self) -> Text {
        if self.line == 0 {
            return self.why.clone();
        }
        text!(
            "pmp-dump.at",
            "line {line}, character {at}: {why}",
            line = self.line,
            at = self.at,
            why = self.why.clone()
        )
    }
}

/// What a text says of a hart's PMP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    cfg: [Option<u8>; MAX as usize],
    addr: [Option<u64>; MAX as usize],
    mseccfg: Option<u64>,
    /// How many entries the hart has, where the text says so.
    pub count: Option<u8>,
    /// G, where the text says so.
    pub grain: Option<u8>,
    /// Whether the configuration registers are those of RV32, four entries each.
    pub is_rv32: bool,
    /// How many regions came from a boot log, which shows what firmware meant and not the registers.
    pub regions: usize,
}

impl Default for Dump {
    fn default() -> Self {
        Self {
            cfg: [None; MAX as usize],
            addr: [None; MAX as usize],
            mseccfg: None,
            count: None,
            grain: None,
            is_rv32: false,
            regions: 0,
        }
    }
}

impl Dump {
    /// How many entries a hart must have to hold this: 16, or 64 where more are named.
    #[must_use]
    pub fn needs(&self) -> u8 {
        let used = |n: usize| self.cfg[n].is_some() || self.addr[n].is_some();
        match (16..usize::from(MAX)).any(used) {
            true => MAX,
            false => 16,
        }
    }

    /// The writes that lead from reset to these registers, as firmware makes them: addresses first, so
    /// that no lock is in the way. Registers that are zero need none.
    #[must_use]
    pub fn writes(&self) -> Vec<(u16, u64)> {
        let mut all = Vec::new();
        let mseccfg = self.mseccfg.unwrap_or(0);
        // Rules that only MML allows are made under MML, with the locks lifted.
        let under_mml = mseccfg & Mseccfg::MML != 0;
        if under_mml {
            all.push((csr::MSECCFG, mseccfg | Mseccfg::RLB));
        }
        for (entry, addr) in (0..).zip(self.addr) {
            let addr = addr.filter(|a| *a != 0);
            all.extend(addr.map(|value| (csr::PMPADDR0 + entry, value)));
        }
        for (n, eight) in (0..).zip(self.cfg.chunks(8)) {
            let bytes = eight.iter().rev();
            let value = bytes.fold(0, |n, byte| n << 8 | u64::from(byte.unwrap_or(0)));
            if value != 0 {
                all.push((csr::PMPCFG0 + 2 * n, value));
            }
        }
        if mseccfg != 0 && (!under_mml || mseccfg & Mseccfg::RLB == 0) {
            all.push((csr::MSECCFG, mseccfg));
        }
        all
    }

    /// The PMP that holds these registers.
    #[must_use]
    pub fn pmp(&self, count: u8, grain: u8) -> Pmp {
        let cfg = self.cfg.map(|byte| byte.unwrap_or(0));
        let addr = self.addr.map(|addr| addr.unwrap_or(0));
        Pmp::holding(count, grain, &cfg, &addr, self.mseccfg.unwrap_or(0))
    }

    fn is_empty(&self) -> bool {
        self.mseccfg.is_none()
            && self.cfg.iter().all(Option::is_none)
            && self.addr.iter().all(Option::is_none)
    }
}

/// Reads a text; an empty one says nothing.
///
/// # Errors
/// It names no PMP register, or a register's value is no number that fits.
pub fn read(text: &str) -> Result<Dump, BadDump> {
    let tokens = tokens::tokens(text);
    let mut dump = Dump::default();
    opensbi::read(&tokens, &mut dump)?;
    if dump.regions == 0 {
        let reader = Reader {
            tokens: &tokens,
            next: 0,
            cfg: [None; 16],
        };
        reader.read(&mut dump)?;
    }
    if dump.is_empty() && !text.trim().is_empty() {
        return Err(BadDump {
            line: 0,
            at: 0,
            why: text!(
                "pmp-dump.none",
                "There is no PMP register in this text. Paste lines such as “pmpcfg0 0x1f” and “pmpaddr0 = 0x2003ffff”, arrays cfg and addr, or the boot log of OpenSBI."
            ),
        });
    }
    Ok(dump)
}

struct Reader<'a> {
    tokens: &'a [Token],
    next: usize,
    /// Configuration registers as they were given, with their place.
    cfg: [Option<(u64, &'a Token)>; 16],
}

impl<'a> Reader<'a> {
    fn read(mut self, dump: &mut Dump) -> Result<(), BadDump> {
        while let Some(token) = self.tokens.get(self.next) {
            self.next += 1;
            let Kind::Name(name) = &token.kind else {
                continue;
            };
            if let Some(names) = named(name, token)? {
                self.value(names, token, dump)?;
            }
        }
        self.spread(dump)
    }

    /// Takes what follows a name: an index, signs, then a number or a list. Anything else is prose.
    fn value(&mut self, names: Names, name: &Token, dump: &mut Dump) -> Result<(), BadDump> {
        // `pmpaddr[16] = { .. }` counts, `pmpaddr[3] = 0x..` names one.
        let index = self.index(name);
        if self.is_list_next(name) {
            return self.put_list(names, dump);
        }
        let Some((value, at)) = self.number(name)? else {
            return Ok(());
        };
        match (names, index) {
            (Names::Csr(register), _) => self.put(register, value, at, dump),
            (Names::AllCfg, Some(entry)) => put_cfg(dump, entry, value, at),
            (Names::AllAddr, Some(entry)) => put_addr(dump, entry, value, at),
            // The bare words stand in many a log.
            (_, None) => Ok(()),
        }
    }

    fn put(
        &mut self,
        register: u16,
        value: u64,
        at: &'a Token,
        dump: &mut Dump,
    ) -> Result<(), BadDump> {
        match register {
            csr::MSECCFG => dump.mseccfg = Some(value),
            csr::PMPADDR0.. => {
                return put_addr(dump, usize::from(register - csr::PMPADDR0), value, at);
            }
            _ => self.cfg[usize::from(register - csr::PMPCFG0) % 16] = Some((value, at)),
        }
        Ok(())
    }

    fn put_list(&mut self, names: Names, dump: &mut Dump) -> Result<(), BadDump> {
        let list = self.list()?;
        // Configuration bytes of entries; or, where one is larger than a byte, whole registers.
        let whole = list.iter().any(|(value, _)| *value > 0xff);
        for (i, (value, at)) in list.into_iter().enumerate() {
            match names {
                Names::AllAddr => put_addr(dump, i, value, at)?,
                Names::AllCfg if whole && i < 8 => self.cfg[2 * i] = Some((value, at)),
                Names::AllCfg => put_cfg(dump, i, value, at)?,
                Names::Csr(register @ csr::PMPCFG0..csr::PMPADDR0) => {
                    let first = usize::from(register - csr::PMPCFG0) * 4;
                    put_cfg(dump, first + i, value, at)?;
                }
                Names::Csr(register) if i == 0 => self.put(register, value, at, dump)?,
                Names::Csr(_) => {
                    let why = text!(
                        "pmp-dump.long-list",
                        "the list is longer than the register it is for."
                    );
                    return Err(at.bad(why));
                }
            }
        }
        Ok(())
    }

    /// Spreads the configuration registers over the entries. Odd ones are RV32's; then each holds four.
    fn spread(&self, dump: &mut Dump) -> Result<(), BadDump> {
        let given = || (0..16).filter_map(|n| Some((n, self.cfg[n]?)));
        let wide = given().any(|(_, (value, _))| value > u64::from(u32::MAX));
        dump.is_rv32 = !wide && given().any(|(n, _)| n % 2 == 1);
        for (n, (value, at)) in given() {
            // Scripts that read pmpcfg1 on RV64 print zero.
            if wide && n % 2 == 1 {
                if value == 0 {
                    continue;
                }
                let why = text!(
                    "pmp-dump.rv32",
                    "odd configuration registers are RV32’s and hold 32 bits, but another one here holds 64."
                );
                return Err(at.bad(why));
            }
            let bytes = value.to_le_bytes();
            let bytes = &bytes[..if dump.is_rv32 { 4 } else { 8 }];
            for (place, byte) in dump.cfg[n * 4..].iter_mut().zip(bytes) {
                *place = Some(*byte);
            }
        }
        Ok(())
    }

    /// `[3]` straight behind a name, with nothing between.
    fn index(&mut self, name: &Token) -> Option<usize> {
        let [open, number, close] = self.tokens.get(self.next..self.next + 3)? else {
            return None;
        };
        let beside = open.line == name.line && open.at == name.at + name.len;
        let (Kind::Mark('['), Kind::Number(n), Kind::Mark(']')) =
            (&open.kind, &number.kind, &close.kind)
        else {
            return None;
        };
        let index = usize::try_from(*n).ok();
        index.filter(|_| beside).inspect(|_| self.next += 3)
    }

    /// Whether signs and then a list's opening bracket follow; a list may begin on the next line.
    fn is_list_next(&mut self, name: &Token) -> bool {
        let beside = |t: &Token| t.line == name.line && t.at == name.at + name.len;
        let mut at = self.next;
        while let Some(token) = self.tokens.get(at) {
            at += 1;
            match token.kind {
                // `cfg[] =` and `cfg[COUNT] =`.
                Kind::Mark('[') if beside(token) => {
                    let close = |t: &Token| t.kind == Kind::Mark(']');
                    let rest = self.tokens.get(at..).unwrap_or_default();
                    at += rest.iter().take(2).position(close).map_or(0, |i| i + 1);
                }
                Kind::Mark('{' | '[') => {
                    self.next = at;
                    return true;
                }
                Kind::Mark('=' | ':' | '"' | '\'') => {}
                _ => return false,
            }
        }
        false
    }

    /// The number after a name on its line, past signs.
    fn number(&mut self, name: &Token) -> Result<Option<(u64, &'a Token)>, BadDump> {
        let (mut negative, mut assigned) = (false, false);
        while let Some(token) = self.tokens.get(self.next) {
            if token.line != name.line {
                return Ok(None);
            }
            match &token.kind {
                Kind::Mark('-') => negative = true,
                Kind::Mark('=') => assigned = true,
                Kind::Mark(':' | ',' | '"' | '\'' | '(' | ')' | ']') => negative = false,
                Kind::Number(n) => {
                    self.next += 1;
                    let n = if negative { n.wrapping_neg() } else { *n };
                    return Ok(Some((n, token)));
                }
                Kind::Odd(what) => return Err(no_number(what, token)),
                Kind::Name(what) if assigned => return Err(no_number(what, token)),
                _ => return Ok(None),
            }
            self.next += 1;
        }
        Ok(None)
    }

    /// The numbers up to the closing bracket.
    fn list(&mut self) -> Result<Vec<(u64, &'a Token)>, BadDump> {
        let (mut all, mut negative) = (Vec::new(), false);
        while let Some(token) = self.tokens.get(self.next) {
            self.next += 1;
            match &token.kind {
                Kind::Number(n) => {
                    all.push((if negative { n.wrapping_neg() } else { *n }, token));
                    negative = false;
                }
                Kind::Mark('}' | ']') => return Ok(all),
                Kind::Mark(mark) => negative = *mark == '-',
                Kind::Odd(what) | Kind::Name(what) => return Err(no_number(what, token)),
            }
        }
        let last = self.tokens.last().cloned().unwrap_or_default();
        let why = text!("pmp-dump.open-list", "the list is not closed.");
        Err(last.bad(why))
    }
}

/// The configuration of a NAPOT region with these permissions.
fn napot(rights: u8) -> u8 {
    Cfg::NAPOT | rights
}
