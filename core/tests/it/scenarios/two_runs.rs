//! Every scenario of every machine with two secrets: what an observer sees is the same both times,
//! except by the channels that the scenario declares, each of which shows.

use teescope_core::trace::{Inputs, Secret, two_runs};

use super::listed;

shared_test! {
    fn no_observer_learns_the_secret_but_by_a_declared_channel() {
        let (mut wrong, mut guarded) = (Vec::new(), 0);
        for scenario in listed() {
            let (id, secrecy) = (scenario.info().id, scenario.secrecy());
            guarded += u32::from(secrecy.secret != Secret::None);
            let found = two_runs(scenario, &Inputs::new()).unwrap_or_else(|e| panic!("{id}: {e}"));
            let undeclared = found.iter().filter(|d| d.channel.is_none());
            wrong.extend(undeclared.map(|d| format!("{id}: {d}")));
            for (number, channel) in secrecy.channels.iter().enumerate() {
                if !found.iter().any(|d| d.channel == Some(number)) {
                    let (who, at) = (channel.observer.id(), channel.at);
                    wrong.push(format!("{id} declares a channel that does not show: {who} at {at}"));
                }
                assert!(!channel.says.is_empty() && !channel.cite.is_empty(), "{id}");
            }
        }
        assert!(guarded >= 11, "only {guarded} scenarios have a secret");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// A secret that two values of a parameter hold must be a parameter, and the values must differ.
    fn secrets_are_parameters() {
        for scenario in listed() {
            if let Secret::Param(key, [a, b]) = scenario.secrecy().secret {
                let info = scenario.info();
                let param = info.params.iter().find(|p| p.key == key);
                let param = param.unwrap_or_else(|| panic!("{} has no parameter {key}", info.id));
                assert!(a != b && param.check(a).is_ok() && param.check(b).is_ok(), "{}", info.id);
            }
        }
    }
}
