//! Where the dependencies come from, under which licence, and which of them are there twice: what `cargo deny` checks against
//! `deny.toml`, for machines that do not have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::support::root;

/// A package that some feature, on some system, makes part of the workspace.
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    source: Option<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version=1", "--all-features"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata of cargo");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let packages = metadata["packages"].as_array().expect("a list of packages").iter().map(|package| Package {
        name: text(&package["name"]).expect("a package has a name"),
        version: text(&package["version"]).expect("a package has a version"),
        licence: text(&package["license"]),
        source: text(&package["source"]),
    });
    let packages: Vec<_> = packages.collect();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    packages
}

/// The rules, as they stand in `deny.toml`.
fn rules() -> toml::Table {
    fs::read_to_string(root().join("deny.toml")).expect("deny.toml lies in the root").parse().expect("TOML")
}

/// The tables of a list of rules.
fn tables<'a>(rules: &'a toml::Table, part: &str, list: &str) -> impl Iterator<Item = &'a toml::Table> {
    let list = rules[part][list].as_array().unwrap_or_else(|| panic!("{part}.{list} is a list"));
    list.iter().map(|rule| rule.as_table().expect("a table"))
}

fn words<'a>(rules: &'a toml::Table, key: &str) -> Vec<&'a str> {
    rules[key].as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect()
}

/// Whether a licence is satisfied by those that are allowed.
fn is_allowed(licence: &str, allowed: &[&str]) -> bool {
    let allowed: Vec<_> = allowed.iter().map(|name| Licensee::parse(name).expect("a licence of deny.toml")).collect();
    let expression = Expression::parse_mode(licence, ParseMode::LAX);
    expression.is_ok_and(|expression| {
        expression.evaluate(|required| allowed.iter().any(|licensee| licensee.satisfies(required)))
    })
}

#[test]
fn every_licence_is_permissive_or_named_with_its_reason() {
    let rules = rules();
    let of_licences = rules["licenses"].as_table().expect("a table");
    let allowed = words(of_licences, "allow");
    let exceptions: BTreeMap<&str, Vec<&str>> = tables(&rules, "licenses", "exceptions")
        .map(|rule| (rule["crate"].as_str().expect("a name"), words(rule, "allow")))
        .collect();
    let packages = packages();
    for Package { name, licence, .. } in packages.iter().filter(|package| package.source.is_some()) {
        let licence = licence.as_deref().unwrap_or("none");
        let excepted = exceptions.get(name.as_str());
        let right = is_allowed(licence, &allowed) || excepted.is_some_and(|more| is_allowed(licence, more));
        assert!(right, "{name} has the licence {licence}: see deny.toml");
    }
    for name in exceptions.keys() {
        assert!(packages.iter().any(|package| package.name == *name), "deny.toml excepts {name}, which is not used");
    }
    assert!(!is_allowed("GPL-3.0-only", &allowed) && !is_allowed("MIT AND GPL-3.0-only", &allowed));
    assert!(is_allowed("GPL-3.0-only OR MIT", &allowed) && is_allowed("MIT/Apache-2.0", &allowed));
}

#[test]
fn everything_comes_from_one_registry() {
    let sources: BTreeSet<_> = packages().into_iter().filter_map(|package| package.source).collect();
    assert!(sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
}

#[test]
fn what_is_there_in_two_versions_is_named_with_who_brings_it() {
    let rules = rules();
    let skipped: BTreeSet<&str> =
        tables(&rules, "bans", "skip").map(|rule| rule["crate"].as_str().expect("a name")).collect();
    let mut versions: BTreeMap<String, BTreeSet<Vec<u64>>> = BTreeMap::new();
    for Package { name, version, .. } in packages().into_iter().filter(|package| package.source.is_some()) {
        let numbers = version.split(['.', '+', '-']).map_while(|number| number.parse().ok()).collect();
        versions.entry(name).or_default().insert(numbers);
    }
    let older = versions.iter().flat_map(|(name, versions)| {
        let newest = versions.last().cloned();
        versions.iter().filter(move |version| Some(*version) != newest.as_ref()).map(move |version| match version[..] {
            [0, minor, ..] => format!("{name}@0.{minor}"),
            [major, ..] => format!("{name}@{major}"),
            [] => name.clone(),
        })
    });
    let older: BTreeSet<String> = older.collect();
    let skipped: BTreeSet<String> = skipped.into_iter().map(str::to_owned).collect();
    assert_eq!(older, skipped, "left: older versions that are there; right: those that deny.toml names");
}
