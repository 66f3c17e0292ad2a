//! `schedule windows`: checks the task against the Task Scheduler's schema, on every system.

use std::path::Path;

use crate::support::town::Town;

/// The names of an element's children, in order.
fn children(node: roxmltree::Node) -> Vec<String> {
    node.children()
        .filter(roxmltree::Node::is_element)
        .map(|child| child.tag_name().name().to_owned())
        .collect()
}

#[test]
fn the_task_keeps_to_its_schema() {
    let town = Town::new();
    for flags in [&[][..], &["--at", "06:00"], &["--user", "KORSBÆK\\svc"]] {
        let out = town.run(["schedule", "windows"].iter().chain(flags)).exit(0).out();
        // No encoding is named, so the bytes must be plain ASCII to be read everywhere.
        assert!(out.is_ascii() && out.starts_with("<?xml version=\"1.0\"?>"));
        let xml = roxmltree::Document::parse(&out).unwrap();
        let root = xml.root_element();
        let space = "http://schemas.microsoft.com/windows/2004/02/mit/task";
        assert!(
            root.descendants()
                .filter(roxmltree::Node::is_element)
                .all(|node| node.tag_name().namespace() == Some(space))
        );
        assert_eq!(root.attribute("version"), Some("1.2"));
        assert_eq!(children(root), ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]);
        let find = |tag: &str| root.descendants().find(|node| node.tag_name().name() == tag);
        // [MS-TSCH] 2.5.3.1: the order of the elements is fixed, those of the base type first.
        let order = [
            "Enabled",
            "StartBoundary",
            "EndBoundary",
            "Repetition",
            "ExecutionTimeLimit",
            "RandomDelay",
            "ScheduleByDay",
        ];
        let trigger = children(find("CalendarTrigger").unwrap());
        let places: Vec<usize> =
            trigger.iter().map(|tag| order.iter().position(|known| known == tag).unwrap()).collect();
        assert!(places.is_sorted() && trigger.contains(&"ScheduleByDay".to_owned()), "{trigger:?}");
        assert_eq!(find("Repetition").is_none(), flags.contains(&"--at"));
        let text = |tag: &str| find(tag).and_then(|node| node.text()).unwrap_or_default();
        assert_eq!((text("MultipleInstancesPolicy"), text("StartWhenAvailable")), ("IgnoreNew", "true"));
        assert_eq!(find("Actions").unwrap().attribute("Context"), find("Principal").unwrap().attribute("id"));
        assert_eq!(children(find("Exec").unwrap()), ["Command", "Arguments", "WorkingDirectory"]);
        assert_eq!(Path::new(text("WorkingDirectory")), town.path("").components().as_path());
        let user = if flags.contains(&"--user") { ["KORSBÆK\\svc", "Password"] } else { ["S-1-5-18", ""] };
        assert_eq!([text("UserId"), text("LogonType")], user);
    }
}
