//! The pictures of the manual, made from the product itself: `cargo xtask pictures`.
//!
//! A sample agency of a fixed seed and day is made and served, a real Chromium signs in as each role and photographs its pages.
//! `--all FOLDER` also photographs every page at three sizes, light and dark, for looking at them.

use duly::app::{App, Clock};
use duly::demo;
use duly::store::{Db, migrate};
use duly::web;
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::prelude::*;

/// The morning on which every picture is taken: a Tuesday, with calls allowed in every state.
const NOW: &str = "2026-03-03T11:10:00-05:00";

/// Sizes of LOOK: desk, small laptop, phone.
const SIZES: [(&str, u32, u32); 3] = [("desk", 1440, 900), ("laptop", 1024, 768), ("phone", 390, 844)];

/// Pictures that the manual shows: name, who sees it, where.
const PICTURES: [(&str, &str, &str); 47] = [
    ("my-day", "officer", "/my-day"),
    ("not-now", "officer", "/my-day#later"),
    ("account", "officer", "{account}"),
    ("why", "officer", "{account}?why=call"),
    ("people", "officer", "{account}?do=people"),
    ("incoming", "officer", "{account}?do=incoming"),
    ("papers", "officer", "{account}?do=papers"),
    ("person", "officer", "{person}"),
    ("search", "officer", "/accounts?q=ma"),
    ("wish", "officer", "{account}?do=wish"),
    ("stops", "officer", "{account}?do=stop"),
    ("call", "officer", "{call}"),
    ("calls", "officer", "/calls"),
    ("calls-in", "officer", "/calls/in?q=ma"),
    ("practice", "officer", "/practice"),
    ("practice-call", "officer", "{practice}"),
    ("imports", "backoffice", "/imports"),
    ("trial", "backoffice", "{upload}"),
    ("mapping", "backoffice", "{upload}/mapping"),
    ("history-mapping", "backoffice", "{history}/mapping"),
    ("letters", "backoffice", "/letters"),
    ("likenesses", "backoffice", "/likenesses"),
    ("payments", "backoffice", "{account}?do=payment"),
    ("bank", "backoffice", "/bank"),
    ("debits", "backoffice", "/debits"),
    ("reporting", "compliance", "/reporting"),
    ("negotiation", "officer", "{account}/offers"),
    ("close", "supervisor", "{account}?do=close"),
    ("promises", "supervisor", "/promises"),
    ("floor", "supervisor", "/floor"),
    ("approval", "supervisor", "{approval}"),
    ("coaching", "supervisor", "/coaching"),
    ("review", "supervisor", "{review}"),
    ("comparison", "supervisor", "/coaching/comparison"),
    ("desks", "supervisor", "/desks"),
    ("teams", "supervisor", "/teams"),
    ("compliance", "compliance", "/compliance"),
    ("limits", "compliance", "/compliance/terms/limits"),
    ("decision", "compliance", "{decision}"),
    ("why-then", "compliance", "{account}/why?channel=text&at=2026-03-03T05:30"),
    ("guide", "compliance", "{guide}"),
    ("disputes", "compliance", "/disputes"),
    ("case", "compliance", "{case}"),
    ("case-opened", "compliance", "{account}?do=case"),
    ("nights", "admin", "/nights"),
    ("users", "admin", "/users"),
    ("settings", "admin", "/settings"),
];

struct Driver {
    process: Child,
    port: u16,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A process that ended already needs no ending.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let all = std::env::args().skip_while(|arg| arg != "--all").nth(1).map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let images = root.join("docs/images");
    std::fs::create_dir_all(&images)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let database = std::env::temp_dir().join(format!("duly-pictures-{}.db", std::process::id()));
    let pictured = runtime.block_on(async {
        let address = serve(&database).await?;
        let driver = start()?;
        let browser = browser(&driver).await?;
        let done = photograph(&browser, driver.port, &address, &images, all.as_deref()).await;
        browser.quit().await?;
        done
    });
    for ending in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{ending}", database.display())).ok();
    }
    std::fs::remove_dir_all(format!("{}.keys", database.display())).ok();
    println!("{} pictures in {}", pictured?, images.display());
    Ok(())
}

async fn serve(database: &Path) -> Result<String, Box<dyn Error>> {
    let app = App::new(Db::open(&format!("sqlite:{}", database.display())).await?, Clock::frozen(NOW.parse()?));
    migrate::migrate(&app.db, app.moment().at).await?;
    demo::make(&app, 600, 1).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(web::serve_at(app, listener));
    Ok(address)
}

fn start() -> Result<Driver, Box<dyn Error>> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let process = Command::new("chromedriver").arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(Driver { process, port })
}

async fn browser(driver: &Driver) -> Result<WebDriver, Box<dyn Error>> {
    let mut options = DesiredCapabilities::chrome();
    for arg in
        ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
    {
        options.add_arg(arg)?;
    }
    for _ in 0..100 {
        if let Ok(browser) = WebDriver::new(format!("http://127.0.0.1:{}", driver.port), options.clone()).await {
            return Ok(browser);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("Chromium does not start: install the Debian packages chromium and chromium-driver".into())
}

async fn photograph(browser: &WebDriver, port: u16, address: &str, images: &Path, all: Option<&Path>) -> Result<usize, Box<dyn Error>> {
    let tools = Tools { port, session: browser.session_id().to_string(), client: reqwest::Client::new() };
    let mut signed_in = "";
    // Places that are found on the way, such as the page of one call.
    let mut found: HashMap<&str, String> = HashMap::new();
    for (name, role, place) in PICTURES {
        resize(&tools, SIZES[0]).await?;
        if role != signed_in {
            sign_in(browser, address, role).await?;
            signed_in = role;
        }
        for named in NAMED.into_iter().filter(|named| place.contains(named)) {
            if !found.contains_key(named) {
                let place = find(browser, address, named, &found).await?;
                found.insert(named, place);
            }
        }
        let place = found.iter().fold(place.to_string(), |place, (name, is)| place.replace(name, is));
        browser.goto(format!("{address}{place}")).await?;
        browser.screenshot(&images.join(format!("{name}.png"))).await?;
        let Some(folder) = all else { continue };
        std::fs::create_dir_all(folder)?;
        for size in SIZES {
            resize(&tools, size).await?;
            for theme in ["light", "dark"] {
                let set = format!("document.documentElement.dataset.theme = '{theme}'");
                browser.execute(&set, vec![]).await?;
                browser.screenshot(&folder.join(format!("{name}-{}-{theme}.png", size.0))).await?;
            }
        }
    }
    Ok(PICTURES.len())
}

/// What stands for a page that only the sample knows.
const NAMED: [&str; 11] =
    ["{account}", "{person}", "{call}", "{upload}", "{history}", "{decision}", "{case}", "{practice}", "{approval}", "{review}", "{guide}"];

/// Where a named page is, looked up or made as whoever is signed in.
async fn find(browser: &WebDriver, address: &str, named: &str, found: &HashMap<&str, String>) -> Result<String, Box<dyn Error>> {
    let (page, link) = match named {
        // Somebody who promised something: there is a talk to be seen, and what came of it.
        "{account}" => ("/promises".to_string(), "tr[data-row] a[href^='/accounts/']"),
        "{person}" => (found["{account}"].clone(), "a[href*='/people/dbt_']"),
        "{decision}" => ("/compliance".to_string(), "a[href*='/decisions/dec_']"),
        "{case}" => ("/disputes".to_string(), "a[href^='/disputes/cas_']"),
        "{approval}" => ("/approvals".to_string(), "a[href^='/approvals/apr_']"),
        "{review}" => ("/coaching".to_string(), "a[href^='/coaching/reviews/']"),
        "{guide}" => ("/guides".to_string(), "a[href^='/guides/']"),
        "{call}" => return begin_call(browser, address).await,
        "{upload}" => return send_file(browser, address, "accounts", FILE).await,
        "{history}" => return send_file(browser, address, "history", HISTORY).await,
        _ => return begin_practice(browser, address).await,
    };
    browser.goto(format!("{address}{page}")).await?;
    first_link(browser, link).await
}

/// A file with a few problems, as a creditor would send it; where its trial is shown.
const FILE: &str = "Account No,Debtor,Phone,E-mail,Zip,Balance,Due date\n\
    NCU-9001,Ottoline Marsh,(614) 555-0131,ottoline@people.example,43205,1.204.50,2025-11-03\n\
    NCU-9002,Casimir Okafor,614 555 0132,casimir@people.example,43210,880.00,2025-10-12\n\
    NCU-9003,Thandiwe Roe,555-0133,,432,415.75,2025-09-30\n\
    NCU-9002,Casimir Okafor,614 555 0132,casimir@people.example,43210,880.00,2025-10-12\n\
    NCU-9005,Hiro Castellan,614 555 0135,hiro@people.example,43201,2310.20,2063-01-01\n\
    NCU-9006,Beatrix Lund,614 555 0136,,43201,95.10,2025-12-01\n";

/// What a creditor tells of the time before, in its own words.
const HISTORY: &str = "Account,Event,When,Outcome,Remark\n\
    NCU-0000047,C,2026-02-10 14:00,NA,first try\n\
    NCU-0000047,P,2026-02-11,,paid at the counter\n\
    NCU-0000017,C,2026-02-12 10:00,LM,left word\n\
    NCU-0000002,X,2026-02-13,,wants no more calls\n";

async fn send_file(browser: &WebDriver, address: &str, kind: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("northmere-{kind}-2026-03.csv"));
    std::fs::write(&path, text)?;
    browser.goto(format!("{address}/imports")).await?;
    browser.find(By::Name("creditor")).await?.send_keys("Northmere Credit Union").await?;
    browser.find(By::Css(format!("select[name=kind] option[value={kind}]"))).await?.click().await?;
    browser.find(By::Name("file")).await?.send_keys(path.to_string_lossy()).await?;
    browser.find(By::Css("form[data-main] button[type=submit]")).await?.click().await?;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    std::fs::remove_file(path)?;
    Ok(browser.current_url().await?.path().to_string())
}

/// Begins a call with the next best, who answers; where it is led.
async fn begin_call(browser: &WebDriver, address: &str) -> Result<String, Box<dyn Error>> {
    browser.goto(format!("{address}/next")).await?;
    browser.find(By::Css("form[data-main] button[type=submit]")).await?.click().await?;
    browser.find(By::Css("[data-key='1']")).await?.click().await?;
    Ok(browser.current_url().await?.path().to_string())
}

/// Begins a call with a scripted person; where it is led.
async fn begin_practice(browser: &WebDriver, address: &str) -> Result<String, Box<dyn Error>> {
    browser.goto(format!("{address}/practice")).await?;
    browser.find(By::Css("button[name=scenario]")).await?.click().await?;
    Ok(browser.current_url().await?.path().to_string())
}

async fn first_link(browser: &WebDriver, selector: &str) -> Result<String, Box<dyn Error>> {
    let link = browser.find(By::Css(selector)).await?.attr("href").await?.unwrap_or_default();
    Ok(link.split('?').next().unwrap_or_default().to_string())
}

/// The browser's own tools, by which a page is given any size.
struct Tools {
    port: u16,
    session: String,
    client: reqwest::Client,
}

async fn resize(tools: &Tools, (_, width, height): (&str, u32, u32)) -> Result<(), Box<dyn Error>> {
    let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
    let command = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics});
    let place = format!("http://127.0.0.1:{}/session/{}/goog/cdp/execute", tools.port, tools.session);
    tools.client.post(place).json(&command).send().await?.error_for_status()?;
    Ok(())
}

async fn sign_in(browser: &WebDriver, address: &str, role: &str) -> WebDriverResult<()> {
    browser.delete_all_cookies().await?;
    browser.goto(format!("{address}/sign-in")).await?;
    browser.find(By::Name("email")).await?.send_keys(format!("{role}@sample.example")).await?;
    browser.find(By::Name("password")).await?.send_keys(demo::PASSWORD).await?;
    browser.find(By::Css("main button[type=submit], form button[type=submit]")).await?.click().await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}
