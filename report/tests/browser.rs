//! The page in a real browser: what it shows, asks for, says to a screen reader and does with a keyboard, and how it prints.
//! Where there is no browser (`apt-get install chromium`) these tests say that they were skipped; CI has one.
#![expect(clippy::disallowed_methods, reason = "a browser reads files, and is told where to find it by the environment")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::{CellPredictions, Evidence, Figure, PredictedCurve, PredictedPoint, Predictor, Split, analyse, figures, render_html};
use serde_json::json;

use chromium::Page;

mod chromium;
mod synthetic;

/// The made-up sweep with all that a run may leave behind, and a curve of each predictor: the page shows every section, in every colour.
fn evidence() -> Evidence {
    let mut evidence = synthetic::evidence();
    synthetic::everything::add(&mut evidence);
    let run = &evidence.runs[0];
    let point = |len_eval| PredictedPoint { len_eval, split: Split::Out, exact_match: 0.7, examples: 200, interval: None };
    let curve = |predictor| PredictedCurve { predictor, points: vec![point(20), point(60)] };
    evidence.predictions.push(CellPredictions {
        cell: run.cell.clone(),
        task: run.task.clone(),
        len_train_max: run.len_train_max,
        shortest: None,
        curves: Predictor::ALL.map(curve).to_vec(),
        silent: Vec::new(),
    });
    evidence
}

/// The figures and the page, made once for all tests.
fn report() -> &'static (Vec<Figure>, String) {
    static REPORT: OnceLock<(Vec<Figure>, String)> = OnceLock::new();
    REPORT.get_or_init(|| {
        let evidence = evidence();
        let analysis = analyse(&evidence, &mut ChaCha8Rng::seed_from_u64(0));
        let figures = figures(&evidence, &analysis);
        let page = render_html(&evidence, &analysis, &figures).unwrap();
        (figures, page)
    })
}

fn open() -> Option<Page> {
    Page::open(&report().1)
}

#[test]
fn the_page_asks_for_nothing_and_logs_nothing() {
    let Some(page) = open() else { return };
    assert_eq!(page.requests(), [""; 0]);
    assert_eq!(page.complaints(), [""; 0]);
}

#[test]
fn a_page_that_asks_and_complains_would_be_caught() {
    let asking = "<!doctype html><title>t</title><img src='http://127.0.0.1:9/a.png' alt=''><script>console.warn('w'); fetch('https://example.invalid/b')</script>";
    let Some(page) = Page::open(asking) else { return };
    let requests = page.requests();
    assert!(requests.iter().any(|url| url.ends_with("/a.png")) && requests.iter().any(|url| url.ends_with("/b")), "{requests:?}");
    let complaints = page.complaints().join("\n");
    assert!(complaints.contains("consoleAPICalled") && complaints.contains("entryAdded"), "{complaints}");
}

#[test]
fn every_figure_is_on_the_page_and_in_words() {
    let (figures, html) = report();
    let Some(mut page) = Page::open(html) else { return };
    page.call("Accessibility.enable", &json!({}));
    let tree = page.call("Accessibility.getFullAXTree", &json!({}));
    let images: Vec<&str> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| ["image", "img"].iter().any(|role| node["role"]["value"] == **role))
        .map(|node| node["name"]["value"].as_str().unwrap())
        .collect();
    assert_eq!(images.len(), figures.len());
    for (figure, spoken) in figures.iter().zip(images) {
        assert_eq!(spoken, format!("{}. {}", figure.title, figure.description));
        let name = &figure.name;
        let drawn = page.evaluate(&format!("document.querySelector('#figure-{name} svg[role=img]').getBoundingClientRect().height"));
        assert!(drawn.as_f64().unwrap() > 100.0, "{name}: {drawn}");
        let shapes = page.evaluate(&format!("document.querySelectorAll('#figure-{name} svg :is(circle, polygon, line)').length"));
        assert!(shapes.as_f64().unwrap() > 20.0, "{name}: {shapes}");
        let caption = page.evaluate(&format!("document.querySelector('#figure-{name} figcaption').innerText"));
        assert!(caption.as_str().unwrap().contains(&figure.caption), "{name}");
    }
}

#[test]
fn figures_can_be_taken_from_the_page() {
    let (figures, html) = report();
    let Some(mut page) = Page::open(html) else { return };
    for figure in figures {
        for (extension, content) in [("svg", &figure.svg), ("csv", &figure.csv)] {
            let file = format!("{}.{extension}", figure.name);
            let href = page.evaluate(&format!("document.querySelector('a[download=\"{file}\"]').href"));
            let encoded = href.as_str().unwrap().split_once(";base64,").unwrap().1.to_owned();
            assert_eq!(&String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(), content, "{file}");
        }
    }
}

/// Text with less contrast to what lies behind it than WCAG 2.2 asks for at level AA (4.5, large text 3), as the browser shows it.
/// Source: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
const FAINT_TEXT: &str = r"(() => {
    const canvas = document.createElement('canvas').getContext('2d');
    const rgb = colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
    const light = colour => {
        const [r, g, b] = rgb(colour).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
    const behind = element => {
        if (element.closest('svg')) return getComputedStyle(element.closest('svg').querySelector('rect')).fill;
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/^rgba\(.*, 0\)$/.test(colour)) return colour;
        }
        return 'white';
    };
    const faint = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim()) continue;
        const style = getComputedStyle(element);
        const ink = element.closest('svg') ? style.fill : style.color;
        const size = parseFloat(style.fontSize);
        const enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
        const found = contrast(ink, behind(element));
        if (found < enough) faint.add(`${found.toFixed(2)} ${ink} on ${behind(element)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    }
    for (const line of document.querySelectorAll('svg polyline:not([stroke-opacity])')) {
        const found = contrast(getComputedStyle(line).stroke, behind(line));
        if (found < 3) faint.add(`${found.toFixed(2)} line ${line.getAttribute('stroke')} on ${behind(line)}`);
    }
    return [...faint].slice(0, 9);
})()";

#[test]
fn light_and_dark_are_both_readable() {
    let Some(mut page) = open() else { return };
    let background = "getComputedStyle(document.body).backgroundColor";
    let behind_figure = "getComputedStyle(document.querySelector('figure svg rect')).fill";
    page.show("screen", "light", 1200);
    assert_eq!(page.list(FAINT_TEXT), [""; 0], "light");
    let light = (page.evaluate(background), page.evaluate(behind_figure));
    page.show("screen", "dark", 1200);
    assert_eq!(page.list(FAINT_TEXT), [""; 0], "dark");
    let dark = (page.evaluate(background), page.evaluate(behind_figure));
    assert!(light.0 != dark.0 && light.1 != dark.1, "{light:?} {dark:?}");
    page.show("print", "dark", 700);
    assert_eq!(page.list(FAINT_TEXT), [""; 0], "print");
    assert_eq!((page.evaluate(background), page.evaluate(behind_figure)), light, "paper is white");
}

#[test]
fn faint_text_would_be_caught() {
    let faint = "<!doctype html><title>t</title><body style='background: #fff; color: #999'>faint <b style='color: #000'>strong</b>";
    let Some(mut page) = Page::open(faint) else { return };
    let found = page.list(FAINT_TEXT);
    assert!(found.len() == 1 && found[0].ends_with("faint"), "{found:?}");
}

#[test]
fn no_colour_of_a_figure_is_forgotten_in_the_dark() {
    let Some(mut page) = open() else { return };
    let colours = "Array.from(document.querySelectorAll('figure svg *'), e => ['fill', 'stroke'].filter(name => e.getAttribute(name)?.startsWith('#'))\
                   .map(name => [`${name} ${e.getAttribute(name)}`, getComputedStyle(e)[name]])).flat()";
    page.show("screen", "light", 1200);
    let light: Vec<(String, String)> = serde_json::from_value(page.evaluate(colours)).unwrap();
    page.show("screen", "dark", 1200);
    let dark: Vec<(String, String)> = serde_json::from_value(page.evaluate(colours)).unwrap();
    assert!(light.len() > 100);
    let mut forgotten: Vec<&str> =
        light.iter().zip(&dark).filter(|(light, dark)| light == dark).map(|(light, _)| light.0.as_str()).collect();
    forgotten.sort_unstable();
    forgotten.dedup();
    assert_eq!(forgotten, [""; 0]);
}

#[test]
fn the_page_never_scrolls_sideways() {
    let Some(mut page) = open() else { return };
    // Paper of A4 inside its margins is 673 CSS pixels across.
    for (medium, width) in [("screen", 320), ("screen", 400), ("screen", 800), ("screen", 1400), ("print", 673)] {
        page.show(medium, "light", width);
        let wide = "Array.from(document.querySelectorAll('main, header, section, figure, p, dl, pre, li'))\
                    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible' && e.clientWidth > 0)\
                    .map(e => `${e.tagName} ${e.id} ${e.textContent.slice(0, 30)}`)";
        let across = page.evaluate("document.documentElement.scrollWidth");
        assert_eq!(across.as_u64(), Some(width as u64), "{medium}: {:?}", page.list(wide));
    }
}

#[test]
fn the_keyboard_reaches_everything_and_shows_where_it_is() {
    let Some(mut page) = open() else { return };
    page.show("screen", "light", 400);
    page.evaluate(
        "window.wanted = Array.from(document.querySelectorAll('a[href], summary, .scroll')).filter(e => e.checkVisibility()); document.body.focus()",
    );
    let stops = page.evaluate("wanted.length").as_u64().unwrap();
    assert!(stops > 30, "{stops}");
    for stop in 0..stops {
        page.press("Tab", 9, "");
        let reached = page.evaluate("wanted.indexOf(document.activeElement)");
        let words = page.evaluate("document.activeElement.outerHTML.slice(0, 120)");
        assert_eq!(reached.as_u64(), Some(stop), "{words}");
        let outline = "(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))";
        assert_eq!(page.evaluate(outline), true, "{words}");
    }
}

#[test]
fn the_first_stop_skips_to_what_was_found() {
    let Some(mut page) = open() else { return };
    page.press("Tab", 9, "");
    let skip = page.evaluate("document.activeElement.getAttribute('href')");
    assert_eq!(skip, "#verdicts");
    assert_eq!(page.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), true, "it shows once it has the focus");
    page.press("Enter", 13, "\r");
    page.press("Tab", 9, "");
    assert_eq!(page.evaluate("document.activeElement.closest('section').id"), "verdicts");
}

#[test]
fn headings_tables_and_regions_have_their_names() {
    let Some(mut page) = open() else { return };
    assert_eq!(page.evaluate("document.documentElement.lang"), "en");
    let levels = page.list("Array.from(document.querySelectorAll('h1, h2, h3, h4, h5'), e => e.tagName.slice(1))");
    assert_eq!(levels.iter().filter(|level| *level == "1").count(), 1);
    for pair in levels.windows(2) {
        let (above, below): (u32, u32) = (pair[0].parse().unwrap(), pair[1].parse().unwrap());
        assert!(below <= above + 1, "h{below} follows h{above}");
    }
    let html = |selector: &str| format!("Array.from(document.querySelectorAll({selector:?}), e => e.outerHTML.slice(0, 120))");
    for nameless in [
        "th:not([scope])",
        "table:not(:has(thead))",
        ".scroll:not([tabindex='0'][role=group][aria-label])",
        "table:not(.scroll > table)",
        "nav:not([aria-label])",
        "img, script, link, iframe",
    ] {
        assert_eq!(page.list(&html(nameless)), [""; 0], "{nameless}");
    }
    let broken =
        "Array.from(document.querySelectorAll('a[href^=\"#\"]'), e => e.getAttribute('href')).filter(id => !document.querySelector(id))";
    assert_eq!(page.list(broken), [""; 0], "links into the page");
    let twice = "Array.from(document.querySelectorAll('[id]'), e => e.id).filter((id, idx, all) => all.indexOf(id) !== idx)";
    assert_eq!(page.list(twice), [""; 0], "names of parts");
}

#[test]
fn it_prints_on_a_sensible_number_of_pages() {
    let Some(mut page) = open() else { return };
    let printed = page.call("Page.printToPDF", &json!({ "preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69 }));
    let pdf = STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let pages = pdf.windows(12).filter(|window| window.starts_with(b"/Type /Page") && window[11] != b's').count();
    assert!((12..=40).contains(&pages), "{pages} pages");
}
