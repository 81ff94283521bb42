#include "tests/integration/prometheus_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

namespace nepa::testing {
namespace {

constexpr char kPrometheus[] = "/usr/bin/prometheus";
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string ReadAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Where it listens, as its log says; "" as long as it does not.
std::string ListeningOn(const std::string& log) {
  static const std::regex line(R"re(msg="Listening on" address=(\S+))re");
  std::smatch found;
  return std::regex_search(log, found, line) ? found[1].str() : "";
}

std::string Configuration(const std::vector<std::string>& targets) {
  return absl::StrCat(
      "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
      "scrape_configs:\n- job_name: nepa\n  static_configs: [{targets: ['",
      absl::StrJoin(targets, "', '"), "']}]\n");
}

absl::Time TimeOf(const nlohmann::json& seconds) {
  return absl::UnixEpoch() + absl::Seconds(seconds.get<double>());
}

}  // namespace

PrometheusServer::PrometheusServer(const std::string& folder,
                                   const std::vector<std::string>& targets)
    : targets_(targets.size()) {
  const std::string log = folder + "/prometheus.log";
  std::ofstream(folder + "/prometheus.yml") << Configuration(targets);
  program_.emplace(kPrometheus,
                   std::vector<std::string>{"--config.file=" + folder + "/prometheus.yml",
                                            "--storage.tsdb.path=" + folder + "/prometheus",
                                            "--web.listen-address=127.0.0.1:0"},
                   log);
  const bool serves = WaitUntil(
      [&] {
        if (!program_->running()) return true;
        address_ = ListeningOn(ReadAll(log));
        if (address_.empty()) return false;
        const httplib::Result ready = httplib::Client("http://" + address_).Get("/-/ready");
        return ready && ready->status == 200;
      },
      kPatience);
  if (!serves || !program_->running()) {
    throw std::runtime_error("Prometheus did not come up; its log:\n" + ReadAll(log));
  }
}

nlohmann::json PrometheusServer::Get(const std::string& path,
                                     const std::map<std::string, std::string>& parameters) {
  httplib::Client client("http://" + address_);
  const httplib::Result answer = client.Get(
      path.c_str(), httplib::Params(parameters.begin(), parameters.end()), httplib::Headers());
  if (!answer) {
    ADD_FAILURE() << "Prometheus does not answer: " << httplib::to_string(answer.error());
    return {};
  }
  EXPECT_EQ(answer->status, 200) << answer->body;
  const nlohmann::json json = nlohmann::json::parse(answer->body, nullptr, false);
  return json.is_object() ? json.value("data", nlohmann::json()) : nlohmann::json();
}

std::vector<Sample> PrometheusServer::Query(const std::string& query) {
  std::vector<Sample> samples;
  for (const nlohmann::json& each :
       Get("/api/v1/query", {{"query", query}}).value("result", nlohmann::json::array())) {
    Sample sample;
    sample.labels = each.at("metric").get<std::map<std::string, std::string>>();
    sample.name = sample.labels["__name__"];
    for (const char* own : {"__name__", "job", "instance"}) sample.labels.erase(own);
    sample.value = std::stod(each.at("value").at(1).get<std::string>());
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::optional<double> PrometheusServer::Value(const std::string& query) {
  const std::vector<Sample> samples = Query(query);
  if (samples.size() != 1) return std::nullopt;
  return samples.front().value;
}

absl::Time PrometheusServer::LastScrapeOf(const std::string& series) {
  const nlohmann::json found =
      Get("/api/v1/query", {{"query", series + "[1h]"}}).value("result", nlohmann::json::array());
  EXPECT_EQ(found.size(), 1u) << series << " was never scraped, or is more than one series";
  return found.size() == 1 ? TimeOf(found[0].at("values").back().at(0)) : absl::InfinitePast();
}

bool PrometheusServer::WaitForScrape() {
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  const std::string fresh = absl::StrFormat("count(timestamp(up{job=\"nepa\"} == 1) > %.3f)", now);
  return WaitUntil([&] { return Value(fresh) == static_cast<double>(targets_); }, kPatience);
}

std::map<std::string, Family> PrometheusServer::Families() {
  std::map<std::string, Family> families;
  for (const nlohmann::json& each : Get("/api/v1/targets/metadata", {})) {
    families[each.at("metric")] = {each.at("type"), each.at("help")};
  }
  return families;
}

}  // namespace nepa::testing
