// Each door of docs/security.md, tried from outside with the real programs: what is closed stays
// closed and says how it opens; what is open lets the right ones in.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/io/file.h"
#include "nepa/v1/job_service.grpc.pb.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kUserToken[] = "user-token-0123456789";
constexpr char kWorkerToken[] = "worker-token-0123456789";
// Certificates are looked at once a second.
constexpr absl::Duration kRotation = absl::Seconds(20);

void WriteSecret(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
}

// Authorities and certificates in one folder, made by the openssl program as docs/security.md says.
class Pki {
 public:
  Pki() {
    char folder[] = "/tmp/nepa-doors-XXXXXX";
    if (::mkdtemp(folder) != nullptr) folder_ = folder;
    Authority("ca");
    Authority("stranger");
    Sign("server", "ca", "IP:127.0.0.1", 2);
    Sign("expired", "ca", "IP:127.0.0.1", 0);
    Sign("elsewhere", "ca", "DNS:elsewhere.example", 2);
    Sign("client", "ca", "DNS:client", 2);
    Sign("outsider", "stranger", "DNS:client", 2);
  }
  ~Pki() { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  void OpenSsl(const std::vector<std::string>& arguments) {
    const Output output = RunProgram("/usr/bin/openssl", arguments);
    EXPECT_EQ(output.code, 0) << output.error;
  }
  void Authority(const std::string& name) {
    OpenSsl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "2", "-subj", "/CN=" + name, "-keyout", Path(name + ".key"), "-out",
             Path(name + ".pem")});
  }
  void Sign(const std::string& name, const std::string& authority, const std::string& alternative,
            int days) {
    OpenSsl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=" + name, "-addext", "subjectAltName=" + alternative, "-keyout",
             Path(name + ".key"), "-out", Path(name + ".csr")});
    OpenSsl({"x509", "-req", "-in", Path(name + ".csr"), "-CA", Path(authority + ".pem"), "-CAkey",
             Path(authority + ".key"), "-CAcreateserial", "-days", std::to_string(days),
             "-copy_extensions", "copyall", "-out", Path(name + ".pem")});
  }

  std::string folder_;
};

class DoorsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { pki_ = new Pki; }
  static void TearDownTestSuite() {
    delete pki_;
    pki_ = nullptr;
  }

  void SetUp() override {
    tokens_ = cluster_.folder() + "/tokens";
    user_ = cluster_.folder() + "/user.token";
    worker_ = cluster_.folder() + "/worker.token";
    WriteSecret(tokens_, absl::StrCat("# who may come in\nuser alice ", kUserToken,
                                      "\nworker here ", kWorkerToken, "\n"));
    WriteSecret(user_, absl::StrCat(kUserToken, "\n"));
    WriteSecret(worker_, absl::StrCat(kWorkerToken, "\n"));
  }

  // The coordinator's flags for TLS with a copy of this certificate, which a test may replace.
  std::vector<std::string> Tls(const std::string& certificate, const std::string& client_ca = "") {
    UseCertificate(certificate);
    std::vector<std::string> flags = {"--tls-certificate", cluster_.folder() + "/server.pem",
                                      "--tls-key", cluster_.folder() + "/server.key"};
    if (!client_ca.empty()) flags.insert(flags.end(), {"--tls-client-ca", pki_->Path(client_ca)});
    return flags;
  }
  void UseCertificate(const std::string& name) {
    for (const char* ending : {".key", ".pem"}) {
      const auto text = io::ReadFile(pki_->Path(name + ending), 1 << 16);
      ASSERT_TRUE(text.ok()) << text.status();
      // In one piece, as whoever rotates should.
      const std::string path = absl::StrCat(cluster_.folder(), "/server", ending);
      WriteSecret(path + ".new", *text);
      std::filesystem::rename(path + ".new", path);
    }
  }
  std::string Ca() const { return pki_->Path("ca.pem"); }

  Output List(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"list", "--timeout", "5s"});
    return cluster_.Nepactl(flags);
  }
  void ExpectIn(const std::vector<std::string>& flags) {
    const Output output = List(flags);
    EXPECT_EQ(output.code, 0) << output.error;
  }
  void ExpectOut(const std::vector<std::string>& flags, int code, const std::string& says) {
    const Output output = List(flags);
    EXPECT_EQ(output.code, code) << output.out;
    EXPECT_THAT(output.error, HasSubstr(says));
  }
  std::string WorkerLog() {
    return io::ReadFile(cluster_.folder() + "/worker.log", 1 << 20).value_or("");
  }
  void ExpectWorkerSays(const std::string& says) {
    EXPECT_TRUE(
        WaitUntil([&] { return WorkerLog().find(says) != std::string::npos; }, absl::Seconds(20)))
        << WorkerLog();
  }

  static Pki* pki_;
  LocalCluster cluster_;
  std::string tokens_, user_, worker_;
};
Pki* DoorsTest::pki_ = nullptr;

TEST_F(DoorsTest, NobodyComesInWithoutAToken) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  ExpectOut({}, 4, "give --token-file FILE");
  ExpectIn({"--token-file", user_});
}

TEST_F(DoorsTest, AShellsCompletionShowsTheTokenToo) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  cluster_.StartWorker({"--token-file", worker_});
  EXPECT_TRUE(WaitUntil(
      [&] {
        return cluster_.Nepactl({"names", "workers", "--token-file", user_}).out == "here\n";
      },
      absl::Seconds(20)));
  EXPECT_EQ(cluster_.Nepactl({"names", "workers"}).out, "");
}

TEST_F(DoorsTest, AWrongTokenIsRefused) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  const std::string wrong = cluster_.folder() + "/wrong.token";
  WriteSecret(wrong, absl::StrCat(kUserToken, "x\n"));
  ExpectOut({"--token-file", wrong}, 4, "does not know this token");
}

TEST_F(DoorsTest, AWorkersTokenIsNoUsers) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  ExpectOut({"--token-file", worker_}, 4, "people need one of the role user");
}

TEST_F(DoorsTest, AUsersTokenIsNoWorkers) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  cluster_.StartWorker({"--token-file", user_});
  ExpectWorkerSays("a worker needs one of the role worker");
  EXPECT_THAT(List({"--token-file", user_, "-o", "json"}).out, HasSubstr("[]"));
  EXPECT_THAT(cluster_.Nepactl({"workers", "list", "--token-file", user_, "-o", "json"}).out,
              HasSubstr("[]"));
}

TEST_F(DoorsTest, AWorkerWithoutATokenIsRefused) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  cluster_.StartWorker();
  ExpectWorkerSays("give --token-file FILE");
}

TEST_F(DoorsTest, ATokenThatOthersCanReadIsNotUsed) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  ASSERT_EQ(::chmod(user_.c_str(), 0644), 0);
  ExpectOut({"--token-file", user_}, 2, absl::StrCat("chmod 600 ", user_));
}

TEST_F(DoorsTest, ATokenIsNotSentToAnotherMachineInPlainText) {
  const Output output = RunProgram(
      BinaryPath("nepactl"), {"--coordinator", "192.0.2.1:7443", "list", "--token-file", user_});
  EXPECT_EQ(output.code, 2);
  EXPECT_THAT(output.error, HasSubstr("give --tls-ca FILE"));
}

TEST_F(DoorsTest, TokensChangeWithoutARestart) {
  cluster_.StartCoordinator({"--tokens", tokens_});
  ExpectIn({"--token-file", user_});
  WriteSecret(tokens_ + ".new", "user alice another-token-0123456789\n");
  std::filesystem::rename(tokens_ + ".new", tokens_);
  ExpectOut({"--token-file", user_}, 4, "does not know this token");
  WriteSecret(user_, "another-token-0123456789\n");
  ExpectIn({"--token-file", user_});
}

TEST_F(DoorsTest, ACoordinatorWithoutItsTokenFileDoesNotStart) {
  const Output output =
      RunProgram(BinaryPath("nepa-coordinator"),
                 {"--state", cluster_.folder() + "/s", "--listen", "127.0.0.1:0", "--http",
                  "127.0.0.1:0", "--tokens", cluster_.folder() + "/missing"},
                 absl::Seconds(10));
  EXPECT_NE(output.code, 0);
  EXPECT_NE(output.code, 137) << "it started";
  EXPECT_THAT(output.error, HasSubstr("there is no such file"));
}

TEST_F(DoorsTest, PlainTextToTlsIsRefused) {
  cluster_.StartCoordinator(Tls("server"));
  ExpectOut({}, 3, "the coordinator speaks TLS: give --tls-ca FILE");
  ExpectIn({"--tls-ca", Ca()});
  cluster_.StartWorker();
  ExpectWorkerSays("the coordinator speaks TLS");
}

TEST_F(DoorsTest, TlsToPlainTextIsRefused) {
  cluster_.StartCoordinator();
  ExpectOut({"--tls-ca", Ca()}, 3, "the coordinator does not speak TLS");
}

TEST_F(DoorsTest, AnExpiredCertificateIsRefused) {
  cluster_.StartCoordinator(Tls("expired"));
  ExpectOut({"--tls-ca", Ca()}, 3, "certificate expired on ");
}

TEST_F(DoorsTest, AnUnknownAuthorityIsRefused) {
  cluster_.StartCoordinator(Tls("server"));
  ExpectOut({"--tls-ca", pki_->Path("stranger.pem")}, 3, "is not signed by an authority of ");
}

TEST_F(DoorsTest, ACertificateForAnotherHostIsRefused) {
  cluster_.StartCoordinator(Tls("elsewhere"));
  ExpectOut({"--tls-ca", Ca()}, 3, "certificate is not for 127.0.0.1");
}

TEST_F(DoorsTest, MutualTlsAsksForACertificateOfItsAuthority) {
  cluster_.StartCoordinator(Tls("server", "ca.pem"));
  ExpectOut({"--tls-ca", Ca()}, 3, "give --tls-certificate and --tls-key");
  ExpectOut({"--tls-ca", Ca(), "--tls-certificate", pki_->Path("outsider.pem"), "--tls-key",
             pki_->Path("outsider.key")},
            3, "signed by none of its --tls-client-ca");
  ExpectIn({"--tls-ca", Ca(), "--tls-certificate", pki_->Path("client.pem"), "--tls-key",
            pki_->Path("client.key")});
}

TEST_F(DoorsTest, CertificatesChangeWithoutARestart) {
  cluster_.StartCoordinator(Tls("server"));
  ExpectIn({"--tls-ca", Ca()});
  UseCertificate("expired");
  EXPECT_TRUE(WaitUntil([&] { return List({"--tls-ca", Ca()}).code == 3; }, kRotation));
  UseCertificate("server");
  EXPECT_TRUE(WaitUntil([&] { return List({"--tls-ca", Ca()}).code == 0; }, kRotation));
}

TEST_F(DoorsTest, AJobRunsBehindMutualTlsAndTokens) {
  std::vector<std::string> doors = Tls("server", "ca.pem");
  doors.insert(doors.end(), {"--tokens", tokens_});
  cluster_.StartCoordinator(doors);
  const std::vector<std::string> certificates = {"--tls-ca",          Ca(),
                                                 "--tls-certificate", pki_->Path("client.pem"),
                                                 "--tls-key",         pki_->Path("client.key")};
  std::vector<std::string> worker = certificates;
  worker.insert(worker.end(), {"--token-file", worker_});
  cluster_.StartWorker(worker);
  std::vector<std::string> submit = {
      "submit", cluster_.WriteFile("job.yaml", SmallPretrainJob("small", 4, 2)), "--follow",
      "--token-file", user_};
  submit.insert(submit.end(), certificates.begin(), certificates.end());
  const Output output = cluster_.Nepactl(submit);
  EXPECT_EQ(output.code, 0) << output.out << output.error << WorkerLog();
}

// What the job says at its end, when its worker lets it read only `root`.
class RootsTest : public DoorsTest {
 protected:
  void ExpectRefused(const std::string& path, const std::string& root, const std::string& says) {
    cluster_.StartCoordinator();
    cluster_.StartWorker({"--allow-path", root});
    const std::string id =
        cluster_.Submit(cluster_.WriteFile("job.yaml", SmallPretrainJob("small", 4, 2)),
                        {"--set", "data.train.path=" + path});
    EXPECT_TRUE(cluster_.WaitForPhase(id, "FAILED"));
    const nlohmann::json job = cluster_.NepactlJson({"describe", id});
    EXPECT_THAT(job["exit"]["message"], HasSubstr("data.train.path: "));
    EXPECT_THAT(job["exit"]["message"], HasSubstr(says));
    EXPECT_EQ(job["restarts"], 0);
    EXPECT_EQ(job["step"], 0);
  }
};

constexpr char kFashion[] = "/usr/share/datasets/fashion-mnist";

TEST_F(RootsTest, APathOutsideTheRootsIsRefused) {
  ExpectRefused(kFashion, cluster_.folder(),
                absl::StrCat("lies outside what this worker lets jobs read (", cluster_.folder()));
}

TEST_F(RootsTest, ALinkThatLeadsOutOfTheRootsIsRefused) {
  const std::string link = cluster_.folder() + "/link";
  std::filesystem::create_symlink(kFashion, link);
  ExpectRefused(link, cluster_.folder(),
                absl::StrCat(" leads to ", kFashion, ", which lies outside"));
}

TEST_F(RootsTest, TwoDotsThatLeadOutOfTheRootsAreRefused) {
  ExpectRefused(cluster_.folder() + "/../../usr/share/datasets/fashion-mnist", cluster_.folder(),
                "lies outside");
}

TEST_F(RootsTest, ARootThatOnlyBeginsAlikeIsAnother) {
  ExpectRefused(kFashion, "/usr/share/datasets/fashion", "lies outside");
}

TEST_F(RootsTest, AJobInsideTheRootsTrains) {
  cluster_.StartCoordinator();
  cluster_.StartWorker({"--allow-path", "/usr/share/datasets"});
  const std::string id =
      cluster_.Submit(cluster_.WriteFile("job.yaml", SmallPretrainJob("small", 4, 2)));
  EXPECT_TRUE(cluster_.WaitForPhase(id, "SUCCEEDED"));
}

TEST_F(DoorsTest, AMessageOverTheBoundIsRefusedAndNothingElseSuffers) {
  cluster_.StartCoordinator();
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  const auto stub = v1::JobService::NewStub(grpc::CreateCustomChannel(
      cluster_.coordinator_address(), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  v1::SubmitJobRequest request;
  request.set_text(std::string(65 << 20, '#'));
  v1::SubmitJobResponse response;
  EXPECT_EQ(stub->SubmitJob(&context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectIn({});
}

// Beyond this machine only behind doors, or when --insecure is said.
TEST_F(DoorsTest, ListeningWiderNeedsTlsAndTokensOrTheWordInsecure) {
  const auto flags = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--state", cluster_.folder() + "/wide", "--listen", "0.0.0.0:0",
                               "--http", "127.0.0.1:0"});
    return more;
  };
  const auto refused = [&](const std::vector<std::string>& more, const std::string& says) {
    const Output output =
        RunProgram(BinaryPath("nepa-coordinator"), flags(more), absl::Seconds(10));
    EXPECT_EQ(output.code, 2);
    EXPECT_THAT(output.error, HasSubstr(says));
  };
  const auto accepted = [&](const std::vector<std::string>& more) {
    const std::string endpoints = cluster_.folder() + "/wide/endpoints.json";
    std::filesystem::remove(endpoints);
    Program program(BinaryPath("nepa-coordinator"), flags(more), cluster_.folder() + "/wide.log");
    EXPECT_TRUE(WaitUntil([&] { return std::filesystem::exists(endpoints) || !program.running(); },
                          absl::Seconds(10)));
    EXPECT_TRUE(program.running());
  };
  refused({}, "--insecure");
  refused(Tls("server"), "--tokens");
  refused({"--insecure", "--tokens", tokens_}, "tokens would travel in plain text");
  accepted({"--insecure"});
  std::vector<std::string> doors = Tls("server");
  doors.insert(doors.end(), {"--tokens", tokens_});
  accepted(doors);
}

}  // namespace
}  // namespace nepa::testing
