#include "common/rpc/exchange.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nepa::rpc {
namespace {

using exchange::AttemptId;

// Over the wire as bytes, so that a field forgotten on either side shows.
template <typename Message>
Message OverTheWire(const Message& message) {
  Message read;
  EXPECT_TRUE(read.ParseFromString(message.SerializeAsString()));
  return read;
}

template <typename Message>
void ExpectRefused(const Message& message, const char* part) {
  const auto read = FromMessage(message);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(read.status().message()).find(part), std::string::npos) << read.status();
}

TEST(RpcExchange, ARegistrationComesBackWhole) {
  const exchange::Registration sent{"alpha", "10.0.0.7",      "10.0.0.7:7481", 8,
                                    "cuda",  {{"zone", "a"}}, "0.1.0"};
  const auto back = FromMessage(OverTheWire(ToMessage(sent)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->name, "alpha");
  EXPECT_EQ(back->address, "10.0.0.7");
  EXPECT_EQ(back->http_address, "10.0.0.7:7481");
  EXPECT_EQ(back->slots, 8);
  EXPECT_EQ(back->device, "cuda");
  EXPECT_EQ(back->labels, sent.labels);
  EXPECT_EQ(back->version, "0.1.0");
}

TEST(RpcExchange, ARegistrationThatCannotBeIsRefused) {
  v1::RegisterRequest request = ToMessage(exchange::Registration{"a", "", "", 1, "cpu", {}, ""});
  ASSERT_TRUE(FromMessage(request).ok());
  request.set_slots(0);
  ExpectRefused(request, "slots");
  request.set_slots(1);
  request.set_device("tpu");
  ExpectRefused(request, "device");
  request.set_device("cpu");
  request.set_address(std::string(301, 'a'));
  ExpectRefused(request, "300 bytes");
  request.clear_address();
  for (int i = 0; i < 65; ++i) (*request.mutable_labels())["label" + std::to_string(i)] = "x";
  ExpectRefused(request, "labels");
  request.clear_labels();
  ASSERT_TRUE(FromMessage(request).ok());
  request.set_name("");
  ExpectRefused(request, "name");
}

TEST(RpcExchange, TheAnswerToARegistrationComesBackWhole) {
  const auto back = FromMessage(OverTheWire(ToMessage(
      exchange::Registered{"w3", 7, absl::Milliseconds(500), absl::Seconds(10), "/srv/nepa"})));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->worker_id, "w3");
  EXPECT_EQ(back->incarnation, 7);
  EXPECT_EQ(back->report_interval, absl::Milliseconds(500));
  EXPECT_EQ(back->lease, absl::Seconds(10));
  EXPECT_EQ(back->storage, "/srv/nepa");
  ExpectRefused(v1::RegisterResponse(), "worker_id");
}

TEST(RpcExchange, AReportComesBackWhole) {
  const AttemptId attempt{"j17", 3};
  const frames::Progress progress{40, 1.5, 10240, {{"loss", -0.4}}};
  exchange::Report sent;
  sent.worker_id = "w3";
  sent.incarnation = 7;
  sent.leaving = true;
  sent.ranks.push_back({attempt, 1, exchange::RankState::kStopping, 4711, 900, progress});
  sent.outbox.push_back({11, exchange::RankStarted{attempt, 1, {4711, 5, 900, "cpu", 64, 2}}});
  sent.outbox.push_back(
      {12, exchange::RankMetrics{attempt, absl::FromUnixMillis(1500), {40, {{"loss", -0.4}}}}});
  sent.outbox.push_back(
      {13, exchange::RankCheckpoint{
               attempt,
               absl::FromUnixMillis(1600),
               {40, 1.5, "checkpoints/x", 99, "ab", {{"top1", 0.5}}, 0.25, 0.125}}});
  sent.outbox.push_back(
      {14, exchange::RankExited{attempt, 1, {frames::ExitKind::kStorage, "disk full"}, progress}});

  const auto back = FromMessage(OverTheWire(ToMessage(sent)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->worker_id, "w3");
  EXPECT_EQ(back->incarnation, 7);
  EXPECT_TRUE(back->leaving);
  ASSERT_EQ(back->ranks.size(), 1u);
  EXPECT_EQ(back->ranks[0].attempt, attempt);
  EXPECT_EQ(back->ranks[0].rank, 1);
  EXPECT_EQ(back->ranks[0].state, exchange::RankState::kStopping);
  EXPECT_EQ(back->ranks[0].pid, 4711);
  EXPECT_EQ(back->ranks[0].total_steps, 900);
  EXPECT_EQ(back->ranks[0].progress.step, 40);
  EXPECT_EQ(back->ranks[0].progress.images, 10240);
  EXPECT_EQ(back->ranks[0].progress.metrics, progress.metrics);

  ASSERT_EQ(back->outbox.size(), 4u);
  EXPECT_EQ(back->outbox[0].number, 11);
  const auto& started = std::get<exchange::RankStarted>(back->outbox[0].what);
  EXPECT_EQ(started.rank, 1);
  EXPECT_EQ(started.started.micro_batch, 64);
  EXPECT_EQ(started.started.device, "cpu");
  const auto& metrics = std::get<exchange::RankMetrics>(back->outbox[1].what);
  EXPECT_EQ(metrics.time, absl::FromUnixMillis(1500));
  EXPECT_EQ(metrics.metrics.values.at("loss"), -0.4);
  const auto& written = std::get<exchange::RankCheckpoint>(back->outbox[2].what);
  EXPECT_EQ(written.attempt, attempt);
  EXPECT_EQ(written.time, absl::FromUnixMillis(1600));
  EXPECT_EQ(written.checkpoint.path, "checkpoints/x");
  EXPECT_EQ(written.checkpoint.bytes, 99);
  EXPECT_EQ(written.checkpoint.sha256, "ab");
  EXPECT_EQ(written.checkpoint.metrics.at("top1"), 0.5);
  EXPECT_EQ(written.checkpoint.write_seconds, 0.25);
  EXPECT_EQ(written.checkpoint.stall_seconds, 0.125);
  const auto& exited = std::get<exchange::RankExited>(back->outbox[3].what);
  EXPECT_EQ(exited.rank, 1);
  EXPECT_EQ(exited.exit.kind, frames::ExitKind::kStorage);
  EXPECT_EQ(exited.exit.message, "disk full");
  EXPECT_EQ(exited.progress.step, 40);
}

TEST(RpcExchange, SpansComeBackWithWhatCarriesThem) {
  const AttemptId attempt{"j17", 3};
  const std::vector<frames::Span> rank = {
      {"train", "load model", absl::FromUnixMicros(123'456), absl::Microseconds(7)}};
  const std::vector<frames::Span> worker = {
      {"agent", "spawn rank 0", absl::FromUnixMicros(100), absl::Microseconds(3)}};
  exchange::Report sent{"w3", 7, {}, {}};
  exchange::RankStarted started{attempt, 0, {4711, 5, 900, "cpu", 64, 2, rank}, worker};
  exchange::RankMetrics metrics{attempt, absl::UnixEpoch(), {40, {}, rank}};
  exchange::RankCheckpoint written{attempt, absl::UnixEpoch(), {}};
  written.checkpoint.spans = rank;
  sent.outbox = {{1, started}, {2, metrics}, {3, written}};
  const auto back = FromMessage(OverTheWire(ToMessage(sent)));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(std::get<exchange::RankStarted>(back->outbox[0].what).started.spans, rank);
  EXPECT_EQ(std::get<exchange::RankStarted>(back->outbox[0].what).spans, worker);
  EXPECT_EQ(std::get<exchange::RankMetrics>(back->outbox[1].what).metrics.spans, rank);
  EXPECT_EQ(std::get<exchange::RankCheckpoint>(back->outbox[2].what).checkpoint.spans, rank);
}

TEST(RpcExchange, SpansThatCannotBeAreRefused) {
  v1::WorkerReport report;
  v1::OutboxItem& item = *report.add_outbox();
  item.set_job_id("j1");
  item.set_attempt(1);
  v1::Span& span = *item.mutable_metrics()->add_spans();
  ExpectRefused(report, "thread and name");
  span.set_thread("train");
  span.set_name("load");
  ASSERT_TRUE(FromMessage(report).ok());
  span.mutable_duration()->set_seconds(-1);
  ExpectRefused(report, "\"load\"");
  span.mutable_duration()->set_seconds(1);
  for (size_t i = 0; i < frames::kMaxSpans; ++i) *item.mutable_metrics()->add_spans() = span;
  ExpectRefused(report, "allowed are 64");
}

TEST(RpcExchange, AReportThatCannotBeIsRefused) {
  v1::WorkerReport report;
  report.add_outbox()->set_number(4);
  report.mutable_outbox(0)->set_job_id("j1");
  report.mutable_outbox(0)->set_attempt(1);
  ExpectRefused(report, "item 4");
  report.mutable_outbox(0)->mutable_exited()->mutable_exit()->set_kind("bored");
  ExpectRefused(report, "bored");
  report.mutable_outbox(0)->set_attempt(0);
  ExpectRefused(report, "attempt");

  v1::WorkerReport rank;
  rank.add_ranks()->set_job_id("j1");
  rank.mutable_ranks(0)->set_attempt(1);
  ExpectRefused(rank, "state");

  v1::WorkerReport many;
  for (size_t i = 0; i <= exchange::kMaxOutboxItems; ++i) many.add_outbox();
  ExpectRefused(many, "257");
}

TEST(RpcExchange, AReportWithNumbersThatCannotBeIsRefused) {
  const auto with_checkpoint = [](auto change) {
    v1::WorkerReport report;
    v1::OutboxItem& item = *report.add_outbox();
    item.set_job_id("j1");
    item.set_attempt(1);
    item.mutable_checkpoint()->set_path("checkpoints/x");
    change(*item.mutable_checkpoint());
    return report;
  };
  EXPECT_TRUE(FromMessage(with_checkpoint([](auto&) {})).ok());
  ExpectRefused(with_checkpoint([](auto& c) { c.set_epoch(std::nan("")); }), "epoch");
  ExpectRefused(with_checkpoint([](auto& c) { c.set_epoch(-1); }), "epoch");
  ExpectRefused(with_checkpoint([](auto& c) { c.set_step(-1); }), "step");
  ExpectRefused(with_checkpoint([](auto& c) { c.set_bytes(-1); }), "bytes");
  ExpectRefused(with_checkpoint([](auto& c) { (*c.mutable_metrics())["loss"] = HUGE_VAL; }),
                "loss");
  ExpectRefused(with_checkpoint([](auto& c) { (*c.mutable_metrics())[std::string(65, 'a')] = 1; }),
                "65 bytes");
  ExpectRefused(with_checkpoint([](auto& c) {
                  for (int i = 0; i < 257; ++i) (*c.mutable_metrics())[std::to_string(i)] = 1;
                }),
                "257 metrics");

  v1::WorkerReport running;
  v1::RankStatus& rank = *running.add_ranks();
  rank.set_job_id("j1");
  rank.set_attempt(1);
  rank.set_state(v1::RANK_STATE_RUNNING);
  EXPECT_TRUE(FromMessage(running).ok());
  rank.mutable_progress()->set_epoch(HUGE_VAL);
  ExpectRefused(running, "epoch");
}

TEST(RpcExchange, OneReportCarriesOnlyTheOldestOfTheOutbox) {
  exchange::Report report;
  for (int64_t i = 1; i <= 300; ++i) {
    report.outbox.push_back({i, exchange::RankMetrics{{"j1", 1}, absl::UnixEpoch(), {}}});
  }
  const auto back = FromMessage(ToMessage(report));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->outbox.size(), exchange::kMaxOutboxItems);
  EXPECT_EQ(back->outbox.front().number, 1);
}

TEST(RpcExchange, OrdersComeBackWhole) {
  for (exchange::Desired desired : {exchange::Desired::kRun, exchange::Desired::kStopWithCheckpoint,
                                    exchange::Desired::kKill}) {
    exchange::Orders sent;
    sent.incarnation = 7;
    sent.acknowledged = 14;
    sent.gangs.push_back(
        {{"j17", 3}, desired, {1, 2}, 4, "{}", "jobs/j17", "jobs/j17/checkpoints/x", "/models/m"});
    sent.gangs.push_back(sent.gangs[0]);
    sent.gangs[0].registered_checkpoints = {"x", "y"};
    const auto back = FromMessage(OverTheWire(ToMessage(sent)));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->incarnation, 7);
    EXPECT_EQ(back->acknowledged, 14);
    ASSERT_EQ(back->gangs.size(), 2u);
    EXPECT_EQ(back->gangs[0].registered_checkpoints, sent.gangs[0].registered_checkpoints);
    EXPECT_EQ(back->gangs[1].registered_checkpoints, std::nullopt) << "not told, not empty";
    const exchange::GangOrder& gang = back->gangs[0];
    EXPECT_EQ(gang.attempt, (AttemptId{"j17", 3}));
    EXPECT_EQ(gang.desired, desired);
    EXPECT_EQ(gang.ranks, (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(gang.world_size, 4);
    EXPECT_EQ(gang.job_file_json, "{}");
    EXPECT_EQ(gang.folder, "jobs/j17");
    EXPECT_EQ(gang.resume_from, "jobs/j17/checkpoints/x");
    EXPECT_EQ(gang.model_from, "/models/m");
  }
}

TEST(RpcExchange, OrdersThatCannotBeAreRefused) {
  v1::WorkerOrders orders;
  v1::GangOrder& gang = *orders.add_gangs();
  gang.set_job_id("j1");
  gang.set_attempt(1);
  gang.set_world_size(1);
  ExpectRefused(orders, "unknown here");
  gang.set_desired(v1::DESIRED_RUN);
  ASSERT_TRUE(FromMessage(orders).ok());
  gang.add_ranks(1);
  ExpectRefused(orders, "rank 1");
  gang.set_world_size(0);
  ExpectRefused(orders, "world size 0");
}

}  // namespace
}  // namespace nepa::rpc
