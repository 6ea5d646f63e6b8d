//! Web pages, Word documents and PDF files: their words become a text beside them, once a person has seen them.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output};

use ascribe::app::Command;
use ascribe::import::{Extracted, extract};
use ascribe::store::{
    EXTRACTED_BY, ORIGINAL, Progress, bring_in, look_through, new_project, save_project,
};
use egui_kittest::kittest::Queryable;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::imports::file;
use crate::window::Driven;

fn words_of(path: &str, bytes: impl Into<Vec<u8>>) -> Result<Extracted, String> {
    extract(&file(path, bytes)).expect("it is a source by its name")
}

fn archive(members: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, words) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(words.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!(
        r#"<w:document xmlns:w="urn:w" xmlns:mc="urn:mc"><w:body>{body}</w:body></w:document>"#
    );
    let notes =
        r#"<w:footnotes xmlns:w="urn:w"><w:p><w:r><w:t>Aside.</w:t></w:r></w:p></w:footnotes>"#;
    let core = r#"<c:coreProperties xmlns:c="urn:c" xmlns:dc="urn:dc"><dc:title>Порт</dc:title></c:coreProperties>"#;
    archive(&[
        ("word/document.xml", &document),
        ("word/footnotes.xml", notes),
        ("docProps/core.xml", core),
    ])
}

/// A page with its menu, as newspapers write them.
fn page(charset: &str) -> String {
    let paragraph = "Міністерство заперечило, що його підрозділ атакував порт, і назвало звинувачення вигадкою. ";
    let body = format!("<p>{}</p>", paragraph.repeat(4)).repeat(3);
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"{charset}\"><title>Порт &amp; море</title></head><body>\
        <nav><a href=/>Головна</a> <a href=/a>Архів</a></nav><article><h1>Порт</h1>{body}<p>Кінець 🦉.</p></article>\
        <footer>Усі права захищено</footer></body></html>"
    )
}

/// A PDF with one page and these words on it, which have to be plain Latin letters.
fn pdf(words: &str) -> Vec<u8> {
    let drawn = match words {
        "" => String::new(),
        words => format!("BT /F 12 Tf 72 700 Td ({words}) Tj ET"),
    };
    pdf_drawing(&drawn)
}

/// A PDF with one page on which this is drawn. `/X Do` draws a form that draws itself.
fn pdf_drawing(drawn: &str) -> Vec<u8> {
    pdf_of_stream("", drawn.as_bytes())
}

/// A PDF with one page, whose stream is stored in some way.
fn pdf_of_stream(stored: &str, stream: &[u8]) -> Vec<u8> {
    let head = format!("<< /Length {} {stored} >>\nstream\n", stream.len());
    let stream = [head.as_bytes(), stream, b"\nendstream"];
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
        /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>"
            .to_owned(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 5 \
        /Resources << /XObject << /X 6 0 R >> >> >>\nstream\n/X Do\nendstream"
            .to_owned(),
    ];
    let mut objects = objects.map(String::into_bytes);
    objects[3] = stream.concat();
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        let number = index + 1;
        file.extend(
            [
                format!("{number} 0 obj\n").as_bytes(),
                object,
                b"\nendobj\n",
            ]
            .concat(),
        );
    }
    let table = file.len();
    let places: String = places
        .iter()
        .map(|place| format!("{place:010} 00000 n \n"))
        .collect();
    let end = format!(
        "xref\n0 7\n0000000000 65535 f \n{places}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    );
    file.extend(end.into_bytes());
    file
}

/// Megabytes of spaces, packed into a thousandth of them.
fn packed_spaces(megabytes: usize) -> Vec<u8> {
    let mut packing = ZlibEncoder::new(Vec::new(), Compression::best());
    packing.write_all(&[b' '; 1_000_000]).unwrap();
    packing.flush().unwrap();
    let head = packing.get_ref().len();
    // What stands behind a flush can be repeated.
    packing.write_all(&[b' '; 1_000_000]).unwrap();
    packing.flush().unwrap();
    let (first, next) = packing.get_ref().split_at(head);
    [first, &next.repeat(megabytes - 1)].concat()
}

#[test]
fn a_word_document_gives_its_running_text() {
    let body = r#"
        <w:p><w:r><w:t xml:space="preserve">Уряд </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>заперечив</w:t></w:r>
        <w:del><w:r><w:delText>не</w:delText></w:r></w:del><w:ins><w:r><w:t xml:space="preserve"> це 🦉.</w:t></w:r></w:ins></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        <w:p><w:r><mc:AlternateContent><mc:Choice><w:t>new</w:t></mc:Choice><mc:Fallback><w:t>old</w:t></mc:Fallback>
        </mc:AlternateContent><w:br/><w:t>الوزير نفى ذلك</w:t></w:r></w:p>"#;
    let extracted = words_of("p.docx", docx(body)).unwrap();
    assert_eq!(
        extracted.words,
        "Уряд заперечив це 🦉.\na\tb\nnew\nالوزير نفى ذلك\n"
    );
    assert_eq!(extracted.title, "Порт");
    assert!(extracted.how().contains("footnotes"), "{}", extracted.how());
}

#[test]
fn a_web_page_gives_its_article_without_the_menu() {
    let extracted = words_of("p.html", page("utf-8")).unwrap();
    assert!(
        extracted.words.contains("Міністерство заперечило"),
        "{}",
        extracted.words
    );
    assert!(extracted.words.contains("Кінець 🦉."));
    assert!(!extracted.words.contains("Архів"));
    assert_eq!(extracted.title, "Порт & море");
    let how = extracted.how();
    assert!(
        extracted
            .words
            .starts_with("Порт & море\n\nМіністерство заперечило"),
        "the headline is news too: {}",
        extracted.words
    );
    assert!(how.contains("headline"), "{how}");
    let dateline = page("utf-8").replace("<h1>Порт</h1>", "<p>Порт</p>");
    let extracted = words_of("p.html", dateline).unwrap();
    assert!(
        extracted.words.starts_with("Порт & море\n\nПорт"),
        "a word of it is not the headline: {}",
        extracted.words
    );
    let named = page("utf-8").replace("Порт &amp; море", "Міністерство заперечило");
    let named = named.replace("<h1>Порт</h1>", "");
    let extracted = words_of("p.html", named).unwrap();
    assert!(
        extracted.words.starts_with("Міністерство заперечило, що"),
        "a headline that is there already is not put twice: {}",
        extracted.words
    );
    // As older servers still send them.
    let page = page("windows-1251").replace('🦉', "");
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&page);
    let extracted = words_of("p.htm", bytes.into_owned()).unwrap();
    assert!(
        extracted.words.contains("Міністерство заперечило"),
        "{}",
        extracted.words
    );
}

#[test]
fn the_headline_that_readers_see_is_put_before_the_words_and_the_authors_are_told() {
    let whole = "Порт атаковано вночі загоном 🦉 знову";
    let of = |title: &str, more: &str| {
        let seen = format!("<h1>Порт атаковано вночі <em>загоном</em>\n🦉 знову</h1>{more}");
        let page = page("utf-8").replace("<h1>Порт</h1>", &seen);
        words_of("p.html", page.replace("Порт &amp; море", title)).unwrap()
    };
    let short = "Порт атаковано вночі загоном";
    let extracted = of(
        &format!("{short} | Вісті"),
        "<p class=\"byline\">Мара Лінд</p>",
    );
    assert_eq!(extracted.title, whole);
    let beginning = format!("{whole}\n\nМіністерство заперечило");
    assert!(
        extracted.words.starts_with(&beginning),
        "{}",
        extracted.words
    );
    assert!(!extracted.words.contains("Мара Лінд"));
    assert_eq!(
        extracted.remarks,
        [
            "the line of the authors is left out: Мара Лінд",
            "the headline is put before the words"
        ]
    );
    for more in ["<h1>Інше</h1>", "<h1>Порт атаковано вночі загоном 🦅</h1>"]
    {
        let extracted = of(short, more);
        assert_eq!(extracted.title, whole, "of several the first that fits");
        assert!(extracted.words.starts_with(whole), "{}", extracted.words);
    }
    // Of another story it says nothing of the page.
    let title = "Головні новини дня з усього світу";
    let extracted = of(title, "");
    assert_eq!(extracted.title, title);
    assert!(
        extracted.words.starts_with(&format!("{title}\n")),
        "{}",
        extracted.words
    );
    assert_eq!(extracted.remarks, ["the headline is put before the words"]);
}

#[test]
fn a_pdf_gives_its_text_layer() {
    let extracted = words_of("p.pdf", pdf("The ministry denied it.")).unwrap();
    assert_eq!(extracted.words.trim(), "The ministry denied it.");
}

#[test]
fn what_has_no_words_says_so() {
    for (path, bytes) in [
        ("scan.pdf", pdf("")),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj".to_vec()),
        ("no.pdf", b"plain".to_vec()),
        ("no.docx", b"plain".to_vec()),
        ("empty.docx", docx("")),
        ("other.docx", archive(&[("a.txt", "a")])),
        (
            "slip.docx",
            archive(&[("../evil", "a"), ("word/document.xml", "<a/>")]),
        ),
        (
            "grow.docx",
            archive(&[(
                "word/document.xml",
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            )]),
        ),
        ("empty.html", Vec::new()),
    ] {
        let outcome = words_of(path, bytes);
        assert!(outcome.is_err(), "{path}: {outcome:?}");
    }
}

#[test]
fn a_damaged_source_never_takes_the_program_down() {
    for (path, whole) in [
        ("p.pdf", pdf("The ministry denied it.")),
        ("p.docx", docx("<w:p><w:r><w:t>a</w:t></w:r></w:p>")),
    ] {
        for at in (0..whole.len()).step_by(7) {
            let _ = words_of(path, &whole[..at]);
            let mut changed = whole.clone();
            changed[at] ^= 0xA5;
            let _ = words_of(path, changed);
        }
    }
}

/// An empty project, and a folder elsewhere with a page and a damaged PDF.
fn set_up() -> (TempDir, PathBuf, TempDir) {
    let (own, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let path = own.path().join("p.ascribe.ron");
    save_project(&path, &new_project("p"), &Default::default(), None).unwrap();
    fs::write(elsewhere.path().join("port.html"), page("utf-8")).unwrap();
    fs::write(elsewhere.path().join("cut.pdf"), "%PDF-1.7").unwrap();
    (own, path, elsewhere)
}

#[test]
fn a_page_becomes_a_text_beside_it_and_is_kept_as_it_is() {
    let (own, path, elsewhere) = set_up();
    let mut project = new_project("p");
    let paths = [elsewhere.path().to_owned()];
    let brought = bring_in(&path, &project, &paths, &Progress::default());
    assert_eq!(brought.problems.len(), 1, "{:?}", brought.problems);
    assert!(brought.problems[0].to_string().contains("cut.pdf"));
    assert!(
        !own.path().join("texts/cut.pdf").exists(),
        "what cannot be used leaves nothing behind"
    );
    let [(document, text)] = brought.documents.as_slice() else {
        panic!("{:?}", brought.documents);
    };
    assert_eq!(document.path, "texts/port.txt");
    assert_eq!(document.fields[ORIGINAL], "texts/port.html");
    assert!(document.fields[EXTRACTED_BY].contains("dom_smoothie"));
    let kept = fs::read_to_string(own.path().join("texts/port.html")).unwrap();
    assert_eq!(kept, page("utf-8"), "the page itself is kept as it was");
    let beside = fs::read_to_string(own.path().join("texts/port.txt")).unwrap();
    assert_eq!(beside, text.as_str());
    assert!(brought.extracted()[0].contains("dom_smoothie"));
    project
        .documents
        .insert(document.id.clone(), document.clone().into());
    let again = [elsewhere.path().to_owned(), own.path().to_owned()];
    let again = bring_in(&path, &project, &again, &Progress::default());
    assert!(
        again.documents.is_empty(),
        "what is there already is not added again"
    );
}

#[test]
fn looking_through_files_writes_nothing() {
    let (own, path, elsewhere) = set_up();
    let paths = [elsewhere.path().to_owned()];
    let looked = look_through(&path, &new_project("p"), &paths, &Progress::default());
    let sound = looked
        .sources
        .iter()
        .filter(|source| source.outcome.is_ok());
    assert_eq!((sound.count(), looked.sources.len()), (1, 2));
    assert_eq!(fs::read_dir(own.path()).unwrap().count(), 1);
}

#[test]
fn the_command_line_shows_the_words_and_says_by_what_they_were_had() {
    let (_own, path, elsewhere) = set_up();
    let source = elsewhere.path().join("port.html");
    let add = |more: &[&str]| {
        let mut process = Process::new(env!("CARGO_BIN_EXE_ascribe"));
        let output = process
            .arg("add")
            .arg(&path)
            .arg(&source)
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let words = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (words(output.stdout), words(output.stderr))
    };
    let (shown, said) = add(&["--dry-run"]);
    assert!(shown.contains("Міністерство заперечило") && said.contains("dom_smoothie"));
    let before = fs::read_to_string(&path).unwrap();
    assert!(!before.contains("port.txt"), "nothing was added");
    let (shown, said) = add(&[]);
    assert_eq!(shown.trim(), "texts/port.txt");
    assert!(
        said.contains("texts/port.html") && said.contains("dom_smoothie"),
        "{said}"
    );
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains("texts/port.txt")
    );
}

/// Adds the files of a folder on the command line.
fn add(project: &Path, folder: &Path) -> Output {
    let mut process = Process::new(env!("CARGO_BIN_EXE_ascribe"));
    process.arg("add").args([project, folder]).output().unwrap()
}

/// A form that draws itself uses up the stack of its reader, which therefore runs apart.
#[test]
fn a_source_that_takes_its_reader_down_costs_only_itself() {
    let (_own, path, elsewhere) = set_up();
    fs::write(elsewhere.path().join("cut.pdf"), pdf_drawing("/X Do")).unwrap();
    let nested = format!("<html><body><p>{}words</body></html>", "<b>".repeat(50_000));
    fs::write(elsewhere.path().join("nested.html"), nested).unwrap();
    let output = add(&path, elsewhere.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("cut.pdf") && said.contains("its reader failed on it"),
        "{said}"
    );
    let added = String::from_utf8(output.stdout).unwrap();
    assert!(added.contains("texts/port.txt"), "{added}");
}

/// A few megabytes may unfold to any number of them before the reader can count.
#[test]
#[cfg(target_os = "linux")]
fn a_source_that_needs_too_much_memory_is_given_up() {
    let (_own, path, elsewhere) = set_up();
    let bomb = pdf_of_stream("/Filter /FlateDecode", &packed_spaces(6000));
    assert!(bomb.len() < 10_000_000);
    let small = pdf_of_stream("/Filter /FlateDecode", &packed_spaces(2));
    let refused = words_of("a.pdf", small).unwrap_err();
    assert!(refused.contains("no words"), "{refused}");
    fs::write(elsewhere.path().join("bomb.pdf"), bomb).unwrap();
    let mut process = Process::new(env!("CARGO_BIN_EXE_ascribe"));
    let output = process
        .args(["extract", "--"])
        .arg(elsewhere.path().join("bomb.pdf"))
        .output()
        .unwrap();
    assert!(!output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("memory allocation"), "{said}");
    let output = add(&path, elsewhere.path());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("bomb.pdf") && said.contains("its reader failed on it"),
        "{said}"
    );
}

#[test]
fn the_window_shows_the_words_before_they_become_a_document() {
    let (_own, _, elsewhere) = set_up();
    let mut driven = Driven::new();
    let before = driven.app().work().unwrap().project().documents.len();
    let paths = vec![elsewhere.path().to_owned()];
    driven.app().run(Command::Receive(paths.clone()));
    driven.app().finish_tasks();
    driven.steps();
    assert!(
        driven
            .harness
            .query_all_by_label_contains("Міністерство заперечило")
            .count()
            > 0
    );
    driven.click("Cancel");
    driven.app().finish_tasks();
    driven.steps();
    let now = driven.app().work().unwrap().project().documents.len();
    assert_eq!(now, before, "nothing was added");
    driven.app().run(Command::Receive(paths));
    driven.app().finish_tasks();
    driven.steps();
    driven.click("Add 1 text");
    driven.app().finish_tasks();
    driven.steps();
    let project = driven.app().work().unwrap().project();
    assert_eq!(project.documents.len(), before + 1);
    assert!(
        project
            .documents
            .values()
            .any(|each| each.fields.contains_key(ORIGINAL))
    );
}
