// Every command of nepactl, in text and as JSON, against a real cluster and a small job, compared
// with tests/integration/every_command.txt. NEPA_REWRITE=1 writes it anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/kept_text.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

constexpr char kTranscript[] = "tests/integration/every_command.txt";

constexpr Mask kMasks[] = {
    {R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)", "TIME"},
    {R"(\b[0-9a-f]{64}\b)", "SHA256"},
    {R"(127\.0\.0\.1:\d+)", "ADDRESS"},
    {R"(\b(process|pid) \d+)", "$1 PID"},
    {R"re("(pid|incarnation)": \d+)re", "\"$1\": NUMBER"},
    {R"(Incarnation +\d+)", "Incarnation NUMBER"},
    {R"re("(bytes)": \d+)re", "\"$1\": NUMBER"},
    {R"(\b[\d.]+ (KiB|MiB|GiB)\b)", "SIZE"},
    {R"(\b(\d+d\d\dh|\d+h\d\dm|\d+m\d\ds|\d+(\.\d+)?(s|m|h|ms))\b)", "DURATION"},
    {R"([\d,.]+ images/s, \S+ s a step)", "NUMBER images/s, NUMBER s a step"},
    {R"(, best \S+( %)? at step \d+)", ", best NUMBER at step STEP"},
    {R"(-?\d+\.\d+(e[-+]?\d+)?)", "NUMBER"},
    {R"(\b\d+ bytes)", "SIZE"},
    {R"((images_per_second +)[\d,]+)", "$1NUMBER"},
    {R"([^\n]*(┤|│)[^\n]*)", "CURVE"},
    {R"((submitted by|User) +\S+)", "$1 USER"},
    {R"((CANCELLED in DURATION: )[^\n]*)", "$1PROGRESS"},
    {R"( {2,})", "  "},
    {R"(( +)\n)", "\n"},
};

std::string Normalised(const std::string& text, const LocalCluster& cluster) {
  return Masked(absl::StrReplaceAll(text, {{cluster.folder(), "FOLDER"}}), kMasks);
}

// JSON as its shape: of each object the names and kinds of its members, of a list its first. Which
// metrics a job has told by now is chance.
std::string Shape(const nlohmann::json& value) {
  if (value.is_array()) return value.empty() ? "[]" : absl::StrCat("[", Shape(value[0]), "]");
  if (!value.is_object()) return value.type_name();
  std::vector<std::string> members;
  for (const auto& [name, member] : value.items()) {
    members.push_back(absl::StrCat(name, ": ", name == "metrics" ? "{…}" : Shape(member)));
  }
  return absl::StrCat("{", absl::StrJoin(members, ", "), "}");
}

// Of one value, or of a stream of them, a line each: its first.
std::string ShapeOfOutput(const std::string& text) {
  if (text.empty()) return "no lines\n";
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    parsed = nlohmann::json::parse(text.substr(0, text.find('\n')), nullptr, false);
  }
  EXPECT_FALSE(parsed.is_discarded()) << text;
  return absl::StrCat(parsed.is_discarded() ? text : Shape(parsed), "\n");
}

// The commands that a help text lists: words at the left of its part "Subcommands:".
std::vector<std::string> CommandsOf(const std::string& help) {
  std::vector<std::string> names;
  bool listing = false;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(help, '\n'))) {
    if (line.rfind("Subcommands:", 0) == 0) {
      listing = true;
    } else if (listing && line.rfind("  ", 0) == 0 && line.size() > 2 && line[2] != ' ') {
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    } else if (listing && line.rfind("  ", 0) != 0) {
      listing = false;
    }
  }
  return names;
}

class EveryCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartCoordinator();
    cluster_.StartWorker();
  }

  // Runs a command and writes down what it said: text as it is, JSON as its shape.
  Output Run(std::vector<std::string> words) {
    std::string name = words[0];
    if (words.size() > 1 && (name == "checkpoints" || name == "workers")) {
      absl::StrAppend(&name, " ", words[1]);
    }
    ran_.insert(name);
    const Output output = cluster_.Nepactl(words);
    std::string said = output.out + output.error;
    if (words.back() == "json") said = ShapeOfOutput(output.out) + output.error;
    absl::StrAppend(&transcript_, "$ nepactl ", Normalised(absl::StrJoin(words, " "), cluster_),
                    "\n", Normalised(said, cluster_));
    if (output.code != 0) absl::StrAppend(&transcript_, "exit ", output.code, "\n");
    absl::StrAppend(&transcript_, "\n");
    return output;
  }
  void RunBoth(const std::vector<std::string>& words) {
    Run(words);
    std::vector<std::string> as_json = words;
    as_json.insert(as_json.end(), {"-o", "json"});
    Run(as_json);
  }

  void ExpectAllRan() {
    for (const std::string& command : CommandsOf(cluster_.Nepactl({"--help"}).out)) {
      const std::vector<std::string> inner = CommandsOf(cluster_.Nepactl({command, "--help"}).out);
      if (inner.empty()) {
        EXPECT_EQ(ran_.count(command), 1u) << command << " was not run";
      }
      for (const std::string& name : inner) {
        EXPECT_EQ(ran_.count(absl::StrCat(command, " ", name)), 1u)
            << command << " " << name << " was not run";
      }
    }
    EXPECT_GE(ran_.size(), 20u) << "help lists its commands otherwise than this test reads them";
  }

  void LookAtAnEndedJob(const std::string& file) {
    RunBoth({"validate", file});
    RunBoth({"submit", file, "--dry-run"});
    Run({"submit", file});
    RunBoth({"wait", "small"});
    for (const char* command : {"list", "describe", "explain", "events", "logs"}) {
      std::vector<std::string> words = {command};
      if (words[0] != "list") words.emplace_back("small");
      RunBoth(words);
    }
    Run({"metrics", "small", "-o", "json"});
    Run({"metrics", "small", "--name", "loss", "--limit", "1"});
    Run({"metrics", "small", "--plot=loss,knn_top1"});
    Run({"metrics", "small", "--png", cluster_.folder() + "/curves.png"});
    RunBoth({"watch", "small"});
    Run({"trace", "small", "--to", cluster_.folder() + "/trace.json"});
    Run({"trace", "small", "-o", "json"});
  }
  void LookAtCheckpoints() {
    const nlohmann::json all = cluster_.NepactlJson({"checkpoints", "list"});
    ASSERT_FALSE(all.empty());
    const std::string id = all.back()["id"];
    EXPECT_EQ(BashOffers("checkpoints show c"), "c1 c2\n");
    RunBoth({"checkpoints", "list", "--job", "small"});
    RunBoth({"checkpoints", "show", id});
    RunBoth({"checkpoints", "verify", id});
    RunBoth({"checkpoints", "pin", id});
    Run({"checkpoints", "delete", id});
    RunBoth({"checkpoints", "unpin", id});
    Run({"checkpoints", "export", id, cluster_.folder() + "/text"});
    Run({"checkpoints", "export", id, cluster_.folder() + "/json", "-o", "json"});
    Run({"checkpoints", "delete", all[0]["id"]});
    Run({"checkpoints", "delete", id, "-o", "json"});
    Run({"checkpoints", "delete", "c99"});
  }
  void DrainTheWorker() {
    const std::string id = cluster_.Submit(
        cluster_.WriteFile("moved.yaml", SmallPretrainJob("moved", 1'000'000, 100'000)));
    ASSERT_TRUE(cluster_.WaitForPhase(id, "RUNNING"));
    Run({"workers", "drain", "here", "--reason", "its fan is broken", "--wait"});
    Run({"workers", "drain", "here", "-o", "json"});
    Run({"workers", "list"});
    ran_.insert("cancel");
    EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
    RunBoth({"workers", "undrain", "here"});
  }
  void ChangeJobs() {
    for (const bool json : {false, true}) {
      const auto run = [&](std::vector<std::string> words) {
        if (json) words.insert(words.end(), {"-o", "json"});
        Run(words);
      };
      const std::string id = cluster_.Submit(
          cluster_.WriteFile("long.yaml", SmallPretrainJob("long", 1'000'000, 100'000)));
      ASSERT_TRUE(cluster_.WaitForPhase(id, "RUNNING"));
      run({"pause", id});
      ASSERT_TRUE(cluster_.WaitForPhase(id, "PAUSED"));
      run({"priority", id, "high"});
      run({"resume", id});
      ASSERT_TRUE(cluster_.WaitForPhase(id, "RUNNING"));
      run({"cancel", id});
      ASSERT_TRUE(cluster_.WaitForPhase(id, "CANCELLED"));
      run({"wait", id});
      run({"delete", id});
    }
  }

  // What bash offers for the last of `words`, with the script that nepactl prints.
  std::string BashOffers(const std::string& words) {
    const std::string nepactl = BinaryPath("nepactl");
    const Output output = RunProgram(
        "/bin/bash",
        {"--norc", "-c",
         absl::StrCat("export NEPA_COORDINATOR=", cluster_.coordinator_address(), "; source <(",
                      nepactl, " completion bash); COMP_WORDS=(", nepactl, " ", words,
                      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _nepactl; echo ${COMPREPLY[@]}")});
    EXPECT_EQ(output.error, "");
    return output.out;
  }

  LocalCluster cluster_;
  std::set<std::string> ran_;
  std::string transcript_;
};

TEST_F(EveryCommandTest, SaysWhatItSaidWhenTheTranscriptWasKept) {
  const std::string file = cluster_.WriteFile("small.yaml", SmallPretrainJob("small", 10, 5));
  LookAtAnEndedJob(file);
  LookAtCheckpoints();
  ChangeJobs();
  EXPECT_EQ(BashOffers("des"), "describe\n");
  EXPECT_EQ(BashOffers("describe sm"), "small\n");
  EXPECT_EQ(BashOffers("workers drain h"), "here\n");
  EXPECT_EQ(BashOffers("checkpoints list --job j"), "j1\n");
  EXPECT_EQ(BashOffers("workers describe h"), "here\n");
  EXPECT_EQ(BashOffers("wait small --for P"), "PAUSED\n");
  EXPECT_EQ(BashOffers("list -o j"), "json\n");
  RunBoth({"workers", "list"});
  RunBoth({"workers", "describe", "here"});
  DrainTheWorker();
  RunBoth({"version"});
  // Long, and kept elsewhere: that they end well is enough here.
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"schema"}, {"completion", "bash"}, {"help"}}) {
    ran_.insert(words[0]);
    EXPECT_EQ(cluster_.Nepactl(words).code, 0) << words[0];
  }
  Run({"names", "jobs"});
  ran_.insert("run");
  const Output run = cluster_.Nepactl({"run", file, "--state", cluster_.folder() + "/run"});
  EXPECT_EQ(run.code, 0) << run.out << run.error;
  ExpectAllRan();

  ExpectKept(kTranscript, transcript_);
}

}  // namespace
}  // namespace nepa::testing
