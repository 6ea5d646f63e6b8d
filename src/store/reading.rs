//! From the structs of the file to the model, keeping aside what cannot be.

use std::collections::HashMap;
use std::sync::Arc;

use super::entries::Names;
use super::entry_lines::{entries_by_line, written_id};
use super::file;
use super::read::{Opened, UnreadableEntry};

/// Turns the structs of the file into the model.
pub(super) struct Reading<'a> {
    words: &'a str,
    parsed: Option<file::Project>,
    names: Names,
    opened: Opened,
    rejected: Vec<Rejected>,
}

/// An entry that cannot be part of the project.
struct Rejected {
    list: &'static str,
    id: String,
    problem: String,
}

impl<'a> Reading<'a> {
    pub fn of(words: &'a str, parsed: file::Project) -> Self {
        Self {
            words,
            parsed: Some(parsed),
            names: Names::default(),
            opened: Opened::default(),
            rejected: Vec::new(),
        }
    }

    pub fn finish(mut self) -> Opened {
        let Some(parsed) = self.parsed.take() else {
            return self.opened;
        };
        let project = &mut self.opened.project;
        project.name = parsed.name;
        project.settings = Arc::new(parsed.settings.into());
        project.codebook = Arc::new(parsed.codebook.into());
        parsed
            .annotators
            .into_iter()
            .for_each(|annotator| self.add_annotator(annotator));
        parsed
            .documents
            .into_iter()
            .for_each(|document| self.add_document(document));
        parsed
            .regions
            .into_iter()
            .for_each(|region| self.add_region(region));
        parsed
            .annotations
            .into_iter()
            .for_each(|annotation| self.add_annotation(annotation));
        parsed
            .links
            .into_iter()
            .for_each(|link| self.add_link(link));
        parsed
            .claims
            .into_iter()
            .for_each(|claim| self.add_claim(claim));
        self.keep_aside();
        self.opened
    }

    fn add_annotator(&mut self, annotator: file::Annotator) {
        let annotator = self.names.annotator(annotator);
        let annotators = &mut self.opened.project.annotators;
        if annotators.contains_key(&annotator.id) {
            let id = annotator.id.to_string();
            return self.reject("annotators", &id, "another annotator has this id");
        }
        annotators.insert(annotator.id.clone(), annotator.into());
    }

    fn add_document(&mut self, document: file::Document) {
        let document = self.names.document(document);
        let documents = &mut self.opened.project.documents;
        if documents.contains_key(&document.id) {
            let id = document.id.to_string();
            return self.reject("documents", &id, "another document has this id");
        }
        documents.insert(document.id.clone(), document.into());
    }

    fn add_annotation(&mut self, annotation: file::Annotation) {
        let id = annotation.id.clone();
        let annotations = &mut self.opened.project.annotations;
        match self.names.annotation(annotation) {
            Err(problem) => self.reject("annotations", &id, &problem),
            Ok(annotation) if annotations.get(&annotation.id).is_some() => {
                self.reject("annotations", &id, "another annotation has this id");
            }
            Ok(annotation) => drop(annotations.insert(annotation.into())),
        }
    }

    fn add_link(&mut self, link: file::Link) {
        let id = link.id.clone();
        let links = &mut self.opened.project.links;
        match self.names.link(link) {
            Err(problem) => self.reject("links", &id, &problem),
            Ok(link) if links.get(&link.id).is_some() => {
                self.reject("links", &id, "another link has this id");
            }
            Ok(link) => drop(links.insert(link.into())),
        }
    }

    fn add_region(&mut self, region: file::Region) {
        let id = region.id.clone();
        let regions = &mut self.opened.project.regions;
        match self.names.region(region) {
            Err(problem) => self.reject("regions", &id, &problem),
            Ok(region) if regions.get(&region.id).is_some() => {
                self.reject("regions", &id, "another region has this id");
            }
            Ok(region) => drop(regions.insert(region.into())),
        }
    }

    fn add_claim(&mut self, claim: file::Claim) {
        let id = claim.id.clone();
        let claims = &mut self.opened.project.claims;
        match self.names.claim(claim) {
            Err(problem) => self.reject("claims", &id, &problem),
            Ok(claim) if claims.contains_key(&claim.id) => {
                self.reject("claims", &id, "another claim has this id");
            }
            Ok(claim) => drop(claims.insert(claim.id.clone(), claim.into())),
        }
    }

    fn reject(&mut self, list: &'static str, id: &str, problem: &str) {
        self.rejected.push(Rejected {
            list,
            id: id.to_owned(),
            problem: problem.to_owned(),
        });
    }

    /// Finds the lines of what cannot be. Of entries with the same id the last line is meant, since the first is in
    /// the project. All are looked for at once: there may be as many as lines.
    fn keep_aside(&mut self) {
        if self.rejected.is_empty() {
            return;
        }
        let mut lines: HashMap<_, Vec<_>> = HashMap::new();
        for (list, line_number, line) in entries_by_line(self.words) {
            if let Some(id) = written_id(line) {
                lines
                    .entry((list, id))
                    .or_default()
                    .push((line_number, line));
            }
        }
        let written = |rejected: &Rejected| ron::to_string(&rejected.id).unwrap_or_default();
        let ids: Vec<String> = self.rejected.iter().map(written).collect();
        for (Rejected { list, problem, .. }, id) in self.rejected.drain(..).zip(&ids) {
            let place = lines.get_mut(&(list, id.as_str())).and_then(Vec::pop);
            let (line_number, entry) = match place {
                Some((line_number, line)) => (line_number, line.to_owned()),
                None => (0, format!("(id: {id}")),
            };
            self.opened.unreadable.push(UnreadableEntry {
                line_number,
                entry,
                problem,
            });
        }
    }
}
