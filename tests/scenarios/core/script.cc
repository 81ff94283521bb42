#include "tests/scenarios/core/script.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nepa::testing {
namespace {

int64_t Number(const std::string& text) {
  int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << "'" << text << "' is no number";
  return number;
}

std::map<std::string, double> Metrics(const std::map<std::string, std::string>& named) {
  std::map<std::string, double> metrics;
  for (const auto& [name, text] : named) {
    if (name == "rank" || name == "step") continue;
    EXPECT_TRUE(absl::SimpleAtod(text, &metrics[name])) << text;
  }
  return metrics;
}

}  // namespace

std::string Script::Words::Named(const std::string& name, const std::string& otherwise) const {
  const auto found = named.find(name);
  return found == named.end() ? otherwise : found->second;
}

Script::Words Script::Split(const std::string& command) {
  Words words;
  for (const absl::string_view word : absl::StrSplit(command, ' ', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits('=', 1));
    if (absl::StrContains(word, "=")) {
      words.named.insert(parts);
    } else {
      words.plain.emplace_back(word);
    }
  }
  return words;
}

std::string Script::WorkerId(const std::string& name) const {
  for (const auto& [id, worker] : cluster_.state.workers) {
    if (worker.name == name) return id;
  }
  return name;
}

void Script::Answer(const absl::Status& status) {
  if (status.ok()) return;
  output_.push_back(absl::StrCat("refused: ", status.ToString()));
}

void Script::Submit(const Words& words) {
  const core::Reply reply = cluster_.TrySubmit(words.plain.at(1), [&](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = Number(words.Named("ranks", "1"));
    spec.priority = Number(words.Named("priority", "500"));
    spec.restart.max = Number(words.Named("restarts", "10"));
    spec.checkpoint.keep = {Number(words.Named("keep", "2")), Number(words.Named("best", "1")), 0};
    spec.model.from = words.Named("from", "");
    const std::string device = words.Named("device", "auto");
    if (device == "cpu") spec.resources.device = config::Device::kCpu;
    if (device == "cuda") spec.resources.device = config::Device::kCuda;
  });
  Answer(reply.status);
}

void Script::AskAsPerson(const Words& words) {
  const std::string& verb = words.plain.at(0);
  const std::string& job = words.plain.at(1);
  if (verb == "cancel") Answer(cluster_.Cancel(job).status);
  if (verb == "pause") Answer(cluster_.Pause(job).status);
  if (verb == "resume") Answer(cluster_.Resume(job).status);
  if (verb == "delete") Answer(cluster_.Delete(job).status);
  if (verb == "priority") {
    Answer(cluster_.SetPriority(job, Number(words.plain.at(2))).status);
  }
  AskAboutWorkersAndCheckpoints(words);
}

void Script::AskAboutWorkersAndCheckpoints(const Words& words) {
  const std::string& verb = words.plain.at(0);
  const std::string& what = words.plain.at(1);
  if (verb == "pin") Answer(cluster_.Pin(what).status);
  if (verb == "unpin") Answer(cluster_.Pin(what, /*pinned=*/false).status);
  if (verb == "forget") Answer(cluster_.DeleteCheckpoint(what).status);
  if (verb == "drain") Answer(cluster_.Drain(what, words.Named("why", "")).status);
  if (verb == "undrain") Answer(cluster_.Undrain(what).status);
}

void Script::SpeakAsRank(const Words& words) {
  const std::string& verb = words.plain.at(0);
  const std::pair<std::string, std::string> who =
      absl::StrSplit(words.plain.at(1), absl::MaxSplits('/', 1));
  const std::string& job = who.first;
  const int64_t attempt =
      who.second.empty() ? cluster_.state.jobs.at(job).attempt : Number(who.second);
  const int64_t rank = Number(words.Named("rank", "0"));
  CoreCluster::Item item;
  if (verb == "started") {
    item = cluster_.Started(job, rank, Number(words.Named("step", "0")));
  } else if (verb == "wrote") {
    item = cluster_.Wrote(job, Number(words.plain.at(2)), Metrics(words.named));
  } else if (verb == "measured") {
    item = cluster_.Measured(job, Number(words.plain.at(2)), Metrics(words.named));
  } else {
    item = cluster_.Exited(job, frames::ParseExitKind(words.plain.at(2)).value(), rank);
  }
  std::visit([&](auto& each) { each.attempt.attempt = attempt; }, item);
  const state::Attempt& row = cluster_.state.attempts.at({job, attempt});
  Answer(cluster_.Tell(row.gang.at(static_cast<size_t>(rank)).worker, {item}));
}

std::vector<std::string> Script::Run(const std::string& command) {
  output_.clear();
  const Words words = Split(command);
  const std::string& verb = words.plain.at(0);
  if (verb == "worker") {
    cluster_.AddWorker(words.plain.at(1), Number(words.Named("slots", "1")),
                       words.Named("device", "cpu"));
  } else if (verb == "submit") {
    Submit(words);
  } else if (verb == "report") {
    const bool leaving = words.plain.size() > 2 && words.plain[2] == "leaving";
    Answer(cluster_.Tell(WorkerId(words.plain.at(1)), {}, leaving));
  } else if (verb == "disconnect") {
    const std::string id = WorkerId(words.plain.at(1));
    const int64_t incarnation = cluster_.state.workers.at(id).incarnation;
    cluster_.Do([&](core::Draft& draft) { core::Disconnect(draft, id, incarnation); });
  } else if (verb == "wait") {
    absl::Duration time;
    EXPECT_TRUE(absl::ParseDuration(words.plain.at(1), &time)) << command;
    cluster_.Advance(time);
    cluster_.Tick();
  } else if (verb == "coordinator") {
    cluster_.live = {};
    cluster_.live.began = cluster_.now;
    cluster_.Tick();
  } else if (verb == "started" || verb == "wrote" || verb == "measured" || verb == "exited") {
    SpeakAsRank(words);
  } else {
    AskAsPerson(words);
  }
  for (const std::string& line : cluster_.story()) {
    if (absl::StartsWith(line, "~ counters") || absl::StartsWith(line, "+ request")) continue;
    output_.push_back(line);
  }
  return output_;
}

}  // namespace nepa::testing
