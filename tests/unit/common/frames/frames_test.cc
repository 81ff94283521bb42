#include "common/frames/frames.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nepa::frames {
namespace {

template <typename T>
T RoundTrip(const T& frame) {
  const std::string line = Encode(Frame(frame));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const absl::StatusOr<Frame> decoded = DecodeFrame(line);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return std::get<T>(*decoded);
}

std::string Refusal(std::string_view line) {
  const absl::StatusOr<Frame> decoded = DecodeFrame(line);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument) << line;
  return std::string(decoded.status().message());
}

TEST(Frames, StartedComesBackWhole) {
  const Started back = RoundTrip(Started{4711, 120, 9000, "cuda:3", 64, 2});
  EXPECT_EQ(back.pid, 4711);
  EXPECT_EQ(back.step, 120);
  EXPECT_EQ(back.total_steps, 9000);
  EXPECT_EQ(back.device, "cuda:3");
  EXPECT_EQ(back.micro_batch, 64);
  EXPECT_EQ(back.accumulation, 2);
}

TEST(Frames, ProgressAndMetricsComeBackToTheLastBit) {
  const std::map<std::string, double> values = {{"loss", -0.1 - 0.2},
                                                {"knn_top1_block_11", 1e-300}};
  const Progress progress = RoundTrip(Progress{7, 0.3, 1792, values});
  EXPECT_EQ(progress.step, 7);
  EXPECT_EQ(progress.epoch, 0.3);
  EXPECT_EQ(progress.images, 1792);
  EXPECT_EQ(progress.metrics, values);
  const Metrics metrics = RoundTrip(Metrics{8, values});
  EXPECT_EQ(metrics.step, 8);
  EXPECT_EQ(metrics.values, values);
}

TEST(Frames, CheckpointComesBackWhole) {
  CheckpointWritten written{
      50, 1.5, "checkpoints/a1-s50", 1234567890123, "ab12", {{"loss", -0.5}}, 0.25, 0.01};
  const CheckpointWritten back = RoundTrip(written);
  EXPECT_EQ(back.step, 50);
  EXPECT_EQ(back.epoch, 1.5);
  EXPECT_EQ(back.path, "checkpoints/a1-s50");
  EXPECT_EQ(back.bytes, 1234567890123);
  EXPECT_EQ(back.sha256, "ab12");
  EXPECT_EQ(back.metrics, written.metrics);
  EXPECT_EQ(back.write_seconds, 0.25);
  EXPECT_EQ(back.stall_seconds, 0.01);
}

TEST(Frames, SpansComeBackToTheMicrosecondWithTheFramesThatCarryThem) {
  const std::vector<Span> spans = {
      {"train", "load model", absl::FromUnixMicros(1'764'000'000'123'456), absl::Microseconds(42)},
      {"checkpoint", "write", absl::UnixEpoch(), absl::Hours(5)}};
  EXPECT_EQ(RoundTrip(Started{1, 0, 10, "cpu", 1, 1, spans}).spans, spans);
  EXPECT_EQ(RoundTrip(Metrics{1, {{"loss", 1}}, spans}).spans, spans);
  CheckpointWritten written{1, 1, "checkpoints/x", 1, "ab"};
  written.spans = spans;
  EXPECT_EQ(RoundTrip(written).spans, spans);
}

TEST(Frames, AFrameOfATrainerThatTellsOfNoSpansIsAsGood) {
  EXPECT_TRUE(RoundTrip(Metrics{1, {}}).spans.empty());
  EXPECT_EQ(Encode(Frame(Metrics{1, {}})).find("spans"), std::string::npos);
}

TEST(Frames, SpansThatNoClockMeasuredAreRefused) {
  const auto refusal = [](const std::string& spans) {
    return Refusal(R"({"type":"metrics","step":1,"spans":)" + spans + "}");
  };
  EXPECT_NE(refusal("7").find("array"), std::string::npos);
  EXPECT_NE(refusal("[7]").find("objects"), std::string::npos);
  const std::string good = R"({"thread":"a","name":"b","begin_us":1,"duration_us":2})";
  EXPECT_TRUE(DecodeFrame(R"({"type":"metrics","step":1,"spans":[)" + good + "]}").ok());
  for (const char* bad : {
           R"([{"thread":"a","name":"b","begin_us":1}])",
           R"([{"thread":"a","name":"b","begin_us":1,"duration_us":-2}])",
           R"([{"thread":"a","name":"b","begin_us":9223372036854775807,"duration_us":2}])",
           R"([{"thread":"a","name":"b","begin_us":1,"duration_us":9223372036854775807}])",
           R"([{"thread":"","name":"b","begin_us":1,"duration_us":2}])",
           R"([{"thread":"a","name":1,"begin_us":1,"duration_us":2}])",
       }) {
    EXPECT_NE(refusal(bad).find("span"), std::string::npos) << bad;
  }
  EXPECT_NE(refusal(R"([{"thread":"a","name":")" + std::string(65, 'x') +
                    R"(","begin_us":1,"duration_us":2}])")
                .find("64 bytes"),
            std::string::npos);
  std::string many = "[" + good;
  for (size_t i = 0; i < kMaxSpans; ++i) many += "," + good;
  EXPECT_NE(refusal(many + "]").find("at most 64"), std::string::npos);
}

TEST(Frames, EveryKindOfExitComesBackWithItsMessage) {
  for (int kind = 0; kind <= static_cast<int>(ExitKind::kInternal); ++kind) {
    const Exit back = RoundTrip(Exit{static_cast<ExitKind>(kind), "line 1\nline \"2\""});
    EXPECT_EQ(static_cast<int>(back.kind), kind);
    EXPECT_EQ(back.message, "line 1\nline \"2\"");
  }
}

TEST(Frames, OnlyFaultsOfTheJobAreFaultsOfTheJob) {
  for (ExitKind kind : {ExitKind::kInvalidJob, ExitKind::kOutOfMemory, ExitKind::kNotFinite,
                        ExitKind::kCollapsed}) {
    EXPECT_TRUE(IsFaultOfJob(kind)) << Name(kind);
  }
  for (ExitKind kind :
       {ExitKind::kSucceeded, ExitKind::kStopped, ExitKind::kStorage, ExitKind::kCollective,
        ExitKind::kLostWorker, ExitKind::kKilled, ExitKind::kInternal}) {
    EXPECT_FALSE(IsFaultOfJob(kind)) << Name(kind);
  }
}

TEST(Frames, StopComesBackWithItsWish) {
  EXPECT_TRUE(DecodeStop(Encode(Stop{true}))->checkpoint);
  EXPECT_FALSE(DecodeStop(Encode(Stop{false}))->checkpoint);
  EXPECT_FALSE(DecodeStop(R"({"type":"stop"})")->checkpoint);
  EXPECT_FALSE(DecodeStop(R"({"type":"go"})").ok());
  EXPECT_FALSE(DecodeStop("stop").ok());
}

TEST(Frames, ValuesThatAreNotFiniteAreLeftOut) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const Metrics back =
      RoundTrip(Metrics{1, {{"loss", nan}, {"gradient_norm", inf}, {"top1", 0.5}}});
  EXPECT_EQ(back.values, (std::map<std::string, double>{{"top1", 0.5}}));
}

TEST(Frames, AMessageThatIsNoUtf8OrEndlessStillMakesAFrame) {
  EXPECT_EQ(RoundTrip(Exit{ExitKind::kInternal, "bad \xff byte"}).message, "bad \xef\xbf\xbd byte");
  const Exit cut = RoundTrip(Exit{ExitKind::kInternal, std::string(4 << 20, '\x01')});
  EXPECT_GT(cut.message.size(), 1000u);
  EXPECT_LE(Encode(Frame(cut)).size(), kMaxFrameBytes);
}

TEST(Frames, AnEpochBelowZeroIsRefused) {
  EXPECT_NE(Refusal(R"({"type":"progress","step":1,"epoch":-0.5,"images":1})").find("epoch"),
            std::string::npos);
}

TEST(Frames, UnknownKeysAreIgnoredAndUnknownTypesRefused) {
  EXPECT_TRUE(DecodeFrame(R"({"type":"metrics","step":1,"values":{},"later":[1]})").ok());
  EXPECT_NE(Refusal(R"({"type":"confetti"})").find("confetti"), std::string::npos);
}

TEST(Frames, ARefusalNamesTheField) {
  EXPECT_EQ(Refusal(R"({"type":"metrics","values":{}})"), "metrics frame: \"step\" is missing");
  EXPECT_NE(Refusal(R"({"type":"metrics","step":-1})").find("\"step\""), std::string::npos);
  EXPECT_NE(Refusal(R"({"type":"metrics","step":1.5})").find("\"step\""), std::string::npos);
  EXPECT_NE(Refusal(R"({"type":"metrics","step":18446744073709551615})").find("\"step\""),
            std::string::npos);
  EXPECT_NE(Refusal(R"({"type":"metrics","step":1,"values":{"loss":"low"}})").find("loss"),
            std::string::npos);
  EXPECT_NE(Refusal(R"({"type":"exit","kind":"bored","message":""})").find("bored"),
            std::string::npos);
}

TEST(Frames, LinesThatAreNoFrameAreRefused) {
  for (const char* line :
       {"", "null", "[]", "42", "\"text\"", "{", "{}", "Epoch 1/3", "{\"type\":1}",
        "{\"type\":\"metrics\",\"step\":1,\"values\":{\"loss\":NaN}}",
        "{\"type\":\"metrics\",\"step\":1,\"values\":{\"loss\":1e999}}", "\xff\xfe\x01"}) {
    Refusal(line);
  }
}

TEST(Frames, MetricNamesAndTheirNumberAreBounded) {
  EXPECT_NE(Refusal(R"({"type":"metrics","step":1,"values":{"a b":1}})").find("a b"),
            std::string::npos);
  Refusal(R"({"type":"metrics","step":1,"values":{")" + std::string(65, 'a') + R"(":1}})");
  Metrics many;
  for (int i = 0; i < 257; ++i) many.values["m" + std::to_string(i)] = i;
  Refusal(Encode(Frame(many)));
}

TEST(Frames, ACheckpointOutsideTheJobsFolderIsRefused) {
  for (const char* path : {"", "/etc", "../j2/checkpoints/x", "checkpoints/../../j2", "./x"}) {
    CheckpointWritten written;
    written.path = path;
    EXPECT_NE(Refusal(Encode(Frame(written))).find("path"), std::string::npos) << path;
  }
}

TEST(Frames, AFrameOverTheLimitIsRefusedUnread) {
  const std::string head = R"({"type":"exit","kind":"stopped","message":")";
  const std::string fits = head + std::string(kMaxFrameBytes - head.size() - 2, 'a') + "\"}";
  EXPECT_TRUE(DecodeFrame(fits).ok());
  EXPECT_NE(Refusal(fits + " ").find("longer"), std::string::npos);
}

TEST(Frames, DeepNestingIsRefusedWithoutHarm) {
  Refusal(std::string(kMaxFrameBytes, '['));
  Refusal(std::string(kMaxFrameBytes / 2, '[') + std::string(kMaxFrameBytes / 2, ']'));
}

// Cuts, flips and joins of good lines: whatever comes, an answer and no crash.
TEST(Frames, MangledLinesAreAnsweredNotFatal) {
  const std::vector<std::string> good = {
      Encode(Frame(Started{1, 2, 3, "cpu", 4, 5})),
      Encode(Frame(Progress{1, 0.5, 9, {{"loss", 1}}})),
      Encode(Frame(Metrics{1, {{"loss", 1}}})),
      Encode(Frame(CheckpointWritten{1, 2, "checkpoints/x", 3, "aa", {}, 1, 1})),
      Encode(Frame(Exit{ExitKind::kStopped, "done"})),
      Encode(Frame(Exit{ExitKind::kInvalidJob, "bad", {{"job.yaml", 1, 2, "seed", "bad"}}})),
      Encode(Stop{true})};
  std::mt19937 random(20);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string line = good[random() % good.size()];
    switch (random() % 4) {
      case 0:
        line.resize(random() % line.size());
        break;
      case 1:
        line[random() % line.size()] = static_cast<char>(random());
        break;
      case 2:
        line.insert(random() % line.size(), good[random() % good.size()]);
        break;
      default:
        line.erase(random() % line.size(), random() % 8);
    }
    const absl::StatusOr<Frame> decoded = DecodeFrame(line);
    if (!decoded.ok()) {
      ++refused;
      ASSERT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
    } else {
      ASSERT_TRUE(DecodeFrame(Encode(*decoded)).ok()) << line;
    }
    DecodeStop(line).IgnoreError();
  }
  EXPECT_GT(refused, 10000);
}

TEST(Frames, AnExitCarriesItsFaultsAsFarAsTheyFit) {
  Exit exit{ExitKind::kInvalidJob, "two faults"};
  exit.faults = {{"job.yaml", 3, 9, "data.train.path", "no such file"},
                 {"job.yaml", 0, 0, "", "x"}};
  EXPECT_EQ(RoundTrip(exit).faults, exit.faults);
  exit.faults.assign(1000, exit.faults[0]);
  EXPECT_EQ(RoundTrip(exit).faults.size(), kMaxFaults);
  exit.faults.assign(3, {"f", 1, 1, "", std::string(kMaxFaultsBytes / 2, '\x01')});
  exit.message = exit.faults[0].message;
  EXPECT_EQ(RoundTrip(exit).faults.size(), 1u);
}

TEST(Frames, FaultsThatAreNoneAreRefused) {
  for (const char* faults : {"1", "[1]", "[{}]", R"([{"file":1}])"}) {
    EXPECT_FALSE(
        DecodeFrame(absl::StrCat(R"({"type":"exit","kind":"invalid_job","message":"","faults":)",
                                 faults, "}"))
            .ok())
        << faults;
  }
}

}  // namespace
}  // namespace nepa::frames
