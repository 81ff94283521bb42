#include "worker/runtime/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "worker/runtime/surroundings.h"

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;

SettingsResult Read(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nepa-worker");
  return ReadSettings(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Settings, DefaultsAreThoseOfTheDesign) {
  const SettingsResult read = Read({"--state", "/var/lib/nepa"});
  ASSERT_TRUE(read.settings.has_value());
  const Settings& settings = *read.settings;
  EXPECT_EQ(settings.state, "/var/lib/nepa");
  EXPECT_EQ(settings.coordinator, "127.0.0.1:7443");
  EXPECT_FALSE(settings.name.empty());
  EXPECT_EQ(settings.slots, 1);
  EXPECT_EQ(settings.device, "cpu");
  EXPECT_EQ(flags::ToString(settings.http), "127.0.0.1:7481");
  EXPECT_EQ(settings.storage, "");
  EXPECT_EQ(settings.series_stay, absl::Minutes(5));
  EXPECT_THAT(settings.trainer, ::testing::EndsWith("/nepa-trainer"));
}

TEST(Settings, RelativeFoldersAreMadeAbsolute) {
  const SettingsResult read = Read({"--state", "s", "--storage", "../st", "--trainer", "bin/t"});
  ASSERT_TRUE(read.settings.has_value());
  const std::filesystem::path here = std::filesystem::current_path();
  EXPECT_EQ(read.settings->state, (here / "s").string());
  EXPECT_EQ(read.settings->storage, (here.parent_path() / "st").string());
  EXPECT_EQ(read.settings->trainer, (here / "bin/t").string());
}

TEST(Settings, WrongUsageEndsWith2) {
  for (const std::vector<const char*>& arguments :
       std::vector<std::vector<const char*>>{{},
                                             {"--state", "/s", "--coordinator", "nowhere"},
                                             {"--state", "/s", "--slots", "0"},
                                             {"--state", "/s", "--device", "tpu"},
                                             {"--state", "/s", "--http", "0.0.0.0:7481"},
                                             {"--state", "/s", "--trainer-env", "PATH=/tmp"},
                                             {"--state", "/s", "--label", "fast"},
                                             {"--state", "/s", "--name", ""}}) {
    const SettingsResult read = Read(arguments);
    EXPECT_FALSE(read.settings.has_value());
    EXPECT_EQ(read.exit_code, 2);
  }
  EXPECT_TRUE(Read({"--state", "/s", "--http", "0.0.0.0:7481", "--insecure"}).settings.has_value());
}

TEST(Settings, JobsReadEverythingOnOneMachineAndElsewhereWhatIsAllowed) {
  const auto allowed = [](std::vector<const char*> more) {
    more.insert(more.begin(), {"--state", "/s"});
    return Read(more).settings.value().allowed_paths;
  };
  using Folders = std::vector<std::string>;
  EXPECT_EQ(allowed({}), std::nullopt);
  EXPECT_EQ(allowed({"--coordinator", "10.0.0.5:7443"}), Folders{});
  EXPECT_EQ(allowed({"--allow-path", "/a", "--allow-path", "/b"}), (Folders{"/a", "/b"}));
}

TEST(Settings, TrainerEnvironmentTakesOnlyTheNamesOfTheLibrariesOfCollectives) {
  const SettingsResult read =
      Read({"--state", "/s", "--trainer-env", "NCCL_SOCKET_IFNAME=eth0,eth1", "--trainer-env",
            "OMP_PROC_BIND=true", "--label", "zone=a"});
  ASSERT_TRUE(read.settings.has_value());
  const std::map<std::string, std::string> expected = {{"NCCL_SOCKET_IFNAME", "eth0,eth1"},
                                                       {"OMP_PROC_BIND", "true"}};
  EXPECT_EQ(read.settings->trainer_environment, expected);
  EXPECT_EQ(read.settings->labels.at("zone"), "a");
  EXPECT_TRUE(ParseTrainerEnvironment({"TORCH_NCCL_A=", "GLOO_B=x=y"}).ok());
  for (const char* pair :
       {"NCCL_A", "=x", "nccl_a=1", "LD_PRELOAD=x.so", "XNCCL_A=1", "NCCL_a=1"}) {
    EXPECT_FALSE(ParseTrainerEnvironment({pair}).ok()) << pair;
  }
}

TEST(Settings, SlotsAreOneOnACpuAndOneAGpuUnlessTheFlagSaysSo) {
  const auto count = [](const char* slots, const char* device, int64_t gpus) {
    const absl::StatusOr<Slots> chosen = ChooseSlots(slots, device, gpus);
    return chosen.ok() ? chosen->device + std::to_string(chosen->count)
                       : std::string(chosen.status().message());
  };
  EXPECT_EQ(count("auto", "auto", 0), "cpu1");
  EXPECT_EQ(count("auto", "auto", 8), "cuda8");
  EXPECT_EQ(count("auto", "cpu", 8), "cpu1");
  EXPECT_EQ(count("4", "cpu", 0), "cpu4");
  EXPECT_EQ(count("2", "cuda", 8), "cuda2");
  EXPECT_THAT(count("9", "cuda", 8), HasSubstr("1 to 8"));
  EXPECT_THAT(count("auto", "cuda", 0), HasSubstr("no GPU"));
  EXPECT_THAT(count("-1", "cpu", 0), HasSubstr("--slots -1"));
  EXPECT_THAT(count("2.5", "cpu", 0), HasSubstr("--slots 2.5"));
}

TEST(Surroundings, AQuotaOfTheControlGroupIsRoundedUpToProcessors) {
  EXPECT_EQ(QuotaProcessors("200000 100000\n"), 2);
  EXPECT_EQ(QuotaProcessors("150000 100000\n"), 2);
  EXPECT_EQ(QuotaProcessors("50000 100000\n"), 1);
  for (const char* text : {"max 100000\n", "", "0 100000", "100000 0", "1 2 3", "a b"}) {
    EXPECT_EQ(QuotaProcessors(text), std::nullopt) << text;
  }
  EXPECT_GE(CountProcessors(), 1);
}

}  // namespace
}  // namespace nepa::worker
