//! Writes the page of the documentation about the rules, so that it cannot differ from them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::rule::{Platform, Rule, Severity};
use super::rules::{TABLES, UNCHECKED, Unchecked, all};

const INTRODUCTION: &str = "# Payload checks

<!-- Written by `cargo run --package beams --example payload-checks > docs/payload-checks.md`; change crates/beams/src/checks/ instead. -->

The most painful failure of push is silent: the publish succeeds, and nothing shows. Beams responds 200 to payloads that Apple, Google or a browser then drop, and 422 to some that every type system accepts.
`checkPublishRequest` says so before the publish:

```js
const { checkPublishRequest } = require('beams-native')

const findings = checkPublishRequest({ web: { notification: { title: 'Hello', deep_link: '/inbox' } } })
for (const { severity, path, message } of findings) console.log(`${severity} ${path}: ${message}`)
// refused /web/notification/deep_link: Beams refuses the publish (422): `deep_link` must be an absolute URL. …
```

A finding has the `rule`, its `severity`, the `platform` if it concerns only one, the `path` of the member as a JSON pointer, a `message` that says what will happen and what to write instead, a `suggestion` if there is exactly one, and the URL of the `documentation`.
Neither message nor suggestion holds a value of the payload, so that they may be logged. An empty array means that no rule applies: in a test, `assert.deepEqual(checkPublishRequest(request), [])`.

The worst findings come first. At most 100 are listed. What each severity means:

- **refused**: Beams responds with 4xx, and nobody gets the publish. Only where this has been reported of the live service.
- **dropped**: a platform drops the notification, or shows nothing.
- **degraded**: a part of the notification has no effect.
- **hint**: it works, but perhaps not as intended.

Members that a platform adds later are not findings: `aps`, `fcm` and `fcm.notification` are open. Names that are nearly right are findings: those in another style (`timeToLive`), of another SDK (`url`), or with a typing mistake (`titel`).

## Before every publish

A client checks payloads before it publishes them, on the worker thread. The option `payloadChecks` decides about findings:

- `'warn'`, the default, publishes the payload. If Beams would refuse it or a platform would drop it, a process warning, `BeamsPayloadWarning` with the rule as its code, says where and what to write instead: once for each rule and path, and at most 20 times in a process.
- `'reject'` rejects with `ERR_BEAMS_INVALID_ARGUMENT` before anything is sent, if something would be refused or dropped. The error has the `findings`. In `publishToManyUsers`, the request of a single user fails alone: this user is in `failures`.
- `'off'` is the default if `NODE_ENV` is `production`, and in `beams-native/compat`.

```js
const { PushNotifications } = require('beams-native')

const beams = new PushNotifications({ instanceId: 'any', secretKey: 'any', payloadChecks: 'reject' })

async function main() {
  const request = { web: { notification: { title: 'Hello', deep_link: '/inbox' } } }
  const error = await beams.publishToUsers(['user-1'], request).catch((reason) => reason)
  for (const { rule, path } of error.findings) console.log(rule, path) // web/deep-link-not-absolute /web/notification/deep_link
}

main()
```

A payload is checked when it is published for the first time: the client caches the findings of several thousand payloads. It checks the JSON that is sent, so it cannot find values that JSON drops (a `Map`, a function) or targets in the payload. `checkPublishRequest` does.

To get all findings, hints included, subscribe to the diagnostics channel `beams-native:payload`. Its message, a `BeamsPayloadMessage`, has the `instanceId`, the `operation` and the `findings` of one payload:

```ts
import { subscribe } from 'node:diagnostics_channel'
import type { BeamsPayloadMessage } from 'beams-native'

subscribe('beams-native:payload', (message) => {
  const { operation, findings } = message as BeamsPayloadMessage
  for (const { severity, path } of findings) console.log(operation, severity, path)
})
```

## One message for all platforms

`toPublishRequest` makes the payloads of all platforms from one message, each in the form that its platform needs. In these payloads, the checker finds only problems of the content, such as a local link or a text that is too long.

```js
const { checkPublishRequest, toPublishRequest } = require('beams-native')

const publishRequest = toPublishRequest({
  title: 'Your order',
  body: 'It is on its way.',
  link: '/orders/7',
  baseUrl: 'https://example.com',
  data: { orderId: 7 },
  ttl: 3600,
})
console.log(publishRequest.fcm?.data) // { link: 'https://example.com/orders/7', orderId: '7' }
console.log(checkPublishRequest(publishRequest)) // []
```
";

const FACTS: &str = "
## What is checked, and what is not

These are all facts about payloads that were collected for the checks, from the documentation and the code of Beams, Apple, Google and browsers, from issues, and from 71 public programs that publish through Beams. The letter of a number says what the fact is about: S the size, A Apple devices, F Android devices (Firebase), W browsers, G the whole request and its targets, P mistakes seen only in public programs. A fact that several rules check has a line for each rule.

";

/// The page, in Markdown.
pub fn write_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (platform, rules) in &TABLES {
        let title = match platform {
            None => "Every platform",
            Some(Platform::Web) => "Browsers: `web`",
            Some(Platform::Fcm) => "Android devices: `fcm`",
            Some(Platform::Apns) => "Apple devices: `apns`",
        };
        let _ = write!(page, "\n## {title}\n");
        for rule in *rules {
            write_rule(&mut page, rule);
        }
    }
    write_facts(&mut page);
    page
}

fn write_rule(page: &mut String, rule: &Rule) {
    let Rule { id, title, documentation, fails, passes, .. } = rule;
    let severity = match rule.severity {
        Severity::Refused => "refused",
        Severity::Dropped => "dropped",
        Severity::Degraded => "degraded",
        Severity::Hint => "hint",
    };
    let message = match rule.message.strip_prefix("`{name}`") {
        Some(rest) => format!("The member{rest}"),
        None => rule.message.replace("`{name}`", "this member"),
    };
    let message = message.replace("{bytes}", "…").replace("`{instead}`", "its `suggestion`");
    let _ = write!(
        page,
        "\n### `{id}`\n\n**{severity}**: {title} {message} ([documentation]({documentation}))\n\n- wrong: `{fails}`\n- right: `{passes}`\n"
    );
}

/// A list of all facts by what they say, each with its rules, or the reason why it has none.
fn write_facts(page: &mut String) {
    let mut facts: BTreeMap<(char, u32), Vec<(&str, String)>> = BTreeMap::new();
    for Rule { id, title, facts: sources, .. } in all() {
        let link = format!("[`{id}`](#{})", id.replace('/', ""));
        for fact in *sources {
            facts.entry(fact_key(fact)).or_default().push((title, link.clone()));
        }
    }
    for Unchecked { fact, title, reason } in UNCHECKED {
        facts.entry(fact_key(fact)).or_default().push((title, format!("**Not checked.** {reason}")));
    }
    page.push_str(FACTS);
    for ((letter, number), rows) in facts {
        for (title, answer) in rows {
            let _ = writeln!(page, "- {letter}{number}: {title} {answer}");
        }
    }
}

/// `A10` comes after `A9`.
fn fact_key(fact: &str) -> (char, u32) {
    let mut chars = fact.chars();
    (chars.next().unwrap_or_default(), chars.as_str().parse().unwrap_or_default())
}
