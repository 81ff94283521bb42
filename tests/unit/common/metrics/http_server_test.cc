#include "common/metrics/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <atomic>

namespace nepa::metrics {
namespace {

using ::testing::HasSubstr;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    prometheus::BuildCounter().Name("nepa_things_total").Register(*registry_).Add({}).Increment(3);
    HttpServer::Options options;
    options.registry = registry_;
    options.ready = [this] {
      return ready_ ? absl::OkStatus() : absl::UnavailableError("still loading");
    };
    server_ = std::move(HttpServer::Start(options)).value();
  }
  httplib::Client Client() { return httplib::Client("127.0.0.1", server_->port()); }

  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::atomic<bool> ready_ = true;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ServesTheRegistryAsText) {
  const httplib::Result answer = Client().Get("/metrics");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->body, HasSubstr("nepa_things_total 3"));
  EXPECT_THAT(answer->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
}

TEST_F(HttpServerTest, SaysThatItLivesWhateverItsReadiness) {
  ready_ = false;
  const httplib::Result answer = Client().Get("/healthz");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(HttpServerTest, SaysWhyItIsNotReady) {
  EXPECT_EQ(Client().Get("/readyz")->status, 200);
  ready_ = false;
  const httplib::Result answer = Client().Get("/readyz");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "still loading\n");
}

TEST_F(HttpServerTest, OtherPathsAreNotFound) { EXPECT_EQ(Client().Get("/else")->status, 404); }

TEST_F(HttpServerTest, APortInUseIsRefused) {
  HttpServer::Options options;
  options.registry = registry_;
  options.ready = [] { return absl::OkStatus(); };
  options.port = server_->port();
  const auto second = HttpServer::Start(options);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("the address is taken"));
}

}  // namespace
}  // namespace nepa::metrics
