//! Elements, by events: never a tree, no document type, no entities of its own.

use memchr::{memchr_iter, memrchr};
use quick_xml::XmlVersion;
use quick_xml::errors::Error;
use quick_xml::events::{BytesRef, BytesStart, Event};
use secrecy::zeroize::Zeroizing;

use crate::records::format::{Field, Format, LONGEST_LINE, Place};

use super::Visitor;
use super::gather::Gather;
use super::reading::{Ending, Problem};

/// How deep elements may stand in each other.
const DEEPEST: usize = 64;

/// An XML file so far.
pub(super) struct Xml {
    record_element: String,
    /// Each path of the format, and whose it is.
    paths: Vec<Wanted>,
    /// Whether any of the paths ends in an attribute.
    wants_attributes: bool,
    /// Text that is no whole token yet.
    held: Zeroizing<String>,
    /// The line at which it begins.
    line: u64,
    open: Open,
    /// The record that is being read: how many elements are open around its fields, and its line.
    record: Option<(usize, u64)>,
    ended: bool,
    /// Whether reading stopped at what is not read.
    stopped: bool,
}

/// A place of the format, and the text that stood there.
struct Wanted {
    names: Vec<String>,
    of: Of,
    text: Zeroizing<String>,
    times: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Record(Field),
    Header(Field),
    Trailer(Field),
}

/// The names of the elements that are open, one after the other.
#[derive(Default)]
struct Open {
    names: String,
    starts: Vec<usize>,
    /// Which wanted text each of them is.
    slots: Vec<Option<usize>>,
}

impl Open {
    fn depth(&self) -> usize {
        self.starts.len()
    }

    fn push(&mut self, name: &str) {
        self.starts.push(self.names.len());
        self.slots.push(None);
        self.names.push_str(name);
    }

    fn name(&self, depth: usize) -> &str {
        let end = self.starts.get(depth + 1).copied().unwrap_or(self.names.len());
        self.starts.get(depth).and_then(|start| self.names.get(*start..end)).unwrap_or_default()
    }

    fn pop(&mut self) {
        self.slots.pop();
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }
}

impl Xml {
    pub(super) fn new(format: &Format) -> Xml {
        let mut fields = format.fields.clone();
        let mut paths: Vec<(usize, Wanted)> = fields.places_mut().into_iter().filter_map(wanted).collect();
        paths.sort_by_key(|(slot, _)| *slot);
        let is_attribute =
            |(_, wanted): &(usize, Wanted)| wanted.names.last().is_some_and(|name| name.starts_with('@'));
        Xml {
            wants_attributes: paths.iter().any(is_attribute),
            record_element: format.record_element.clone(),
            paths: paths.into_iter().map(|(_, wanted)| wanted).collect(),
            held: Zeroizing::default(),
            line: 1,
            open: Open::default(),
            record: None,
            ended: false,
            stopped: false,
        }
    }

    /// How many bytes are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }

    /// Takes more text.
    pub(super) fn push<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, text: &str) {
        if self.stopped {
            return;
        }
        self.held.push_str(text);
        // a token that has not ended yet has no bracket at its end
        if let Some(end) = memrchr(b'>', self.held.as_bytes()) {
            self.events(gather, end + 1, false);
        }
        if self.held.len() > LONGEST_LINE {
            self.stop(gather, Problem::TooLong);
        }
    }

    /// The end of the file.
    pub(super) fn finish<V: Visitor>(&mut self, gather: &mut Gather<'_, V>) {
        if !self.stopped {
            self.events(gather, self.held.len(), true);
        }
        if self.stopped {
            return;
        }
        let wants_trailer = gather.format.fields.trailer.any();
        let has_trailer =
            self.paths.iter().any(|wanted| matches!(wanted.of, Of::Trailer(_)) && wanted.times > 0);
        if has_trailer {
            self.told_once(gather, self.line, |of| matches!(of, Of::Trailer(_)));
            let trailer = &gather.format.fields.trailer;
            gather.trailer(self.line, trailer, &|place: &Place| self.text(place));
        }
        let whole = self.ended && (has_trailer || !wants_trailer);
        gather.reading.ending = if whole { Ending::Whole } else { Ending::CutShort };
    }

    fn stop<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, problem: Problem) {
        gather.find(self.line, None, problem);
        self.stopped = true;
        self.held.clear();
    }

    /// Reads the tokens of the first `end` bytes that are held.
    fn events<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, end: usize, last: bool) {
        let mut held = std::mem::take(&mut self.held);
        let mut reader = quick_xml::Reader::from_str(&held[..end]);
        let config = reader.config_mut();
        // names are checked here, because elements are open longer than this reader lives
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let mut done = 0;
        let problem = loop {
            let event = reader.read_event();
            let after = usize::try_from(reader.buffer_position()).unwrap_or(end).min(end);
            let token = match event {
                Ok(Event::Eof) => break None,
                // more of the text may come
                Ok(Event::Text(_)) if after == end && !last => break None,
                Ok(token) => token,
                Err(Error::Syntax(_)) if !last || !self.ended => break None,
                Err(_) if last && !self.ended && memrchr(b'>', &held.as_bytes()[done..]).is_none() => {
                    break None;
                }
                Err(_) => break Some(Problem::Malformed),
            };
            if after - done > LONGEST_LINE {
                break Some(Problem::TooLong);
            }
            if let Err(problem) = self.token(gather, token) {
                break Some(problem);
            }
            self.line += lines(&held[done..after]);
            done = after;
        };
        held.drain(..done);
        self.held = held;
        if let Some(problem) = problem {
            self.stop(gather, problem);
        }
    }

    fn token<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, token: Event<'_>) -> Result<(), Problem> {
        match token {
            Event::Start(start) => self.start(gather, &start),
            Event::Empty(empty) => {
                self.start(gather, &empty)?;
                self.end(gather, empty.name().into_inner())
            }
            Event::End(end) => self.end(gather, end.name().into_inner()),
            Event::Text(text) => self.add(&text),
            Event::CData(text) => self.add(&text),
            Event::GeneralRef(reference) => {
                let character = character(&reference)?;
                self.add(character.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => Err(Problem::DocumentType),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Eof => Ok(()),
        }
    }

    fn start<V: Visitor>(
        &mut self,
        gather: &mut Gather<'_, V>,
        start: &BytesStart<'_>,
    ) -> Result<(), Problem> {
        if self.ended {
            return Err(Problem::Malformed);
        }
        if self.open.depth() == DEEPEST {
            return Err(Problem::TooDeep);
        }
        let name = start.name();
        self.open.push(name.into_inner());
        let is_record = name.local_name().into_inner() == self.record_element;
        if is_record && self.record.is_none() {
            // what stands before a record is of its header, in whatever element the record stands
            self.header(gather);
            self.record = Some((self.open.depth(), self.line));
            self.forget(|of| matches!(of, Of::Record(_)));
        } else if let Some(slot) = self.slot(None) {
            self.open.slots.pop();
            self.open.slots.push(Some(slot));
            self.paths[slot].begin();
        } else if is_record && !self.paths.iter().any(|wanted| wanted.passes(&self.record_element)) {
            // only the outer one would be read
            return Err(Problem::RecordInRecord);
        }
        if self.wants_attributes {
            self.attributes(start)?;
        }
        Ok(())
    }

    fn attributes(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Problem::Malformed)?;
            let Some(slot) = self.slot(Some(attribute.key.local_name().into_inner())) else { continue };
            let entity = |_: &quick_xml::escape::EscapeError| Problem::Entity;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match &error {
                    Error::Escape(error) => entity(error),
                    _ => Problem::Malformed,
                })?;
            self.paths[slot].begin();
            self.paths[slot].text.push_str(&value);
        }
        Ok(())
    }

    /// The wanted text that the innermost element is, or this attribute of it.
    fn slot(&self, attribute: Option<&str>) -> Option<usize> {
        let outside = self.record.map_or(1, |(depth, _)| depth);
        let inside = self.open.depth().checked_sub(outside)?;
        let length = inside + usize::from(attribute.is_some());
        self.paths.iter().position(|wanted| {
            let (names, last) = match attribute {
                Some(_) => match wanted.names.split_last() {
                    Some((last, names)) => (names, last.strip_prefix('@')),
                    None => return false,
                },
                None => (&wanted.names[..], None),
            };
            matches!(wanted.of, Of::Record(_)) == self.record.is_some()
                && wanted.names.len() == length
                && last == attribute
                && names.iter().enumerate().all(|(at, name)| local(self.open.name(outside + at)) == name)
        })
    }

    fn end<V: Visitor>(&mut self, gather: &mut Gather<'_, V>, name: &str) -> Result<(), Problem> {
        let depth = self.open.depth();
        if depth == 0 || self.open.name(depth - 1) != name.trim_end() {
            return Err(Problem::Malformed);
        }
        if let Some((outside, line)) = self.record
            && outside == depth
        {
            if self.told_once(gather, line, |of| matches!(of, Of::Record(_))) {
                let fields = &gather.format.fields;
                gather.record(line, fields, &|place: &Place| self.text(place));
            } else {
                gather.reading.lines.record += 1;
            }
            self.record = None;
        } else if self.record.is_none() && depth <= 2 {
            self.header(gather);
        }
        self.open.pop();
        self.ended = self.open.depth() == 0;
        Ok(())
    }

    /// Reads the header's fields once the part below the root that holds them has ended, or a record begins.
    fn header<V: Visitor>(&mut self, gather: &mut Gather<'_, V>) {
        let of_header = |of| matches!(of, Of::Header(_));
        if !self.paths.iter().any(|wanted| of_header(wanted.of) && wanted.times > 0) {
            return;
        }
        if self.told_once(gather, self.line, of_header) {
            let fields = &gather.format.fields;
            let stands = |place: Option<&Place>| place.is_some_and(|place| self.text(place).is_some());
            // a field in another part below the root is told when that part ends
            if stands(fields.header.period.as_ref().map(|period| &period.at)) {
                gather.header_period(self.line, fields, &|place: &Place| self.text(place));
            }
            if stands(fields.header.municipality.as_ref()) {
                gather.municipality(self.line, fields, &|place: &Place| self.text(place));
            }
        }
        self.forget(of_header);
    }

    /// Whether no wanted text of these stood twice; a second one is a finding.
    fn told_once<V: Visitor>(&self, gather: &mut Gather<'_, V>, line: u64, of: impl Fn(Of) -> bool) -> bool {
        let twice = self.paths.iter().find(|wanted| of(wanted.of) && wanted.times > 1);
        if let Some(wanted) = twice {
            let (Of::Record(field) | Of::Header(field) | Of::Trailer(field)) = wanted.of;
            gather.find(line, Some(field), Problem::Repeated);
        }
        twice.is_none()
    }

    fn forget(&mut self, of: impl Fn(Of) -> bool) {
        for wanted in self.paths.iter_mut().filter(|wanted| of(wanted.of)) {
            wanted.times = 0;
            wanted.text.clear();
        }
    }

    /// Adds to the text of the innermost element, where it is wanted.
    fn add(&mut self, text: &str) -> Result<(), Problem> {
        if self.open.depth() == 0 {
            // nothing but blanks stands beside the root
            return if text.trim().is_empty() { Ok(()) } else { Err(Problem::Malformed) };
        }
        let Some(Some(slot)) = self.open.slots.last() else { return Ok(()) };
        let wanted = &mut self.paths[*slot];
        if wanted.text.len() + text.len() > LONGEST_LINE {
            return Err(Problem::TooLong);
        }
        wanted.text.push_str(text);
        Ok(())
    }

    fn text(&self, place: &Place) -> Option<&str> {
        let Place::Path { slot, .. } = place else { return None };
        self.paths.get(*slot).filter(|wanted| wanted.times > 0).map(|wanted| wanted.text.as_str())
    }
}

impl Wanted {
    fn begin(&mut self) {
        self.times += 1;
    }

    /// Whether its path leads through an element of this name.
    fn passes(&self, name: &str) -> bool {
        matches!(self.of, Of::Record(_)) && self.names.iter().any(|one| one == name)
    }
}

fn wanted((field, place): (Field, &mut Place)) -> Option<(usize, Wanted)> {
    let Place::Path { names, slot } = place else { return None };
    let of = match field {
        Field::Citizen | Field::Amount | Field::Deduction | Field::Reference | Field::Period => {
            Of::Record(field)
        }
        Field::HeaderPeriod | Field::Municipality => Of::Header(field),
        Field::TrailerRecords | Field::TrailerSum | Field::TrailerDebit | Field::TrailerCredit => {
            Of::Trailer(field)
        }
    };
    Some((*slot, Wanted { names: names.clone(), of, text: Zeroizing::default(), times: 0 }))
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The character of a reference by number, or of one of the five that every XML file has.
fn character(reference: &BytesRef<'_>) -> Result<char, Problem> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => return Ok(character),
        Ok(None) => {}
        Err(_) => return Err(Problem::Malformed),
    }
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        // A reference that was not ended, as it is read where no more of the file has come yet.
        name if name.contains('>') => Err(Problem::Malformed),
        _ => Err(Problem::Entity),
    }
}

fn lines(text: &str) -> u64 {
    u64::try_from(memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u64::MAX)
}
