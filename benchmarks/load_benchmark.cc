// How a coordinator holds out under load: a real nepa-coordinator with its database on a real disk,
// real gRPC clients, and workers that speak the real protocol, all on this machine.
//
//   build/bin/load-benchmark [FOLDER]     the state goes into a folder of its own below FOLDER
//
// Figures that depend on the disk are told beside the disk's own rate of fsync in the same run.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "benchmarks/child.h"
#include "benchmarks/simulated_workers.h"
#include "common/io/unique_fd.h"
#include "nepa/v1/job_service.grpc.pb.h"

namespace nepa::benchmarks {
namespace {

constexpr int kClients = 16;
constexpr int kJobs = 10'000;
constexpr int kWorkers = 100;
constexpr int kTimedSubmissions = 1000;
constexpr int kListings = 9;
constexpr char kJobFile[] =
    "name: load\nkind: pretrain\nmodel: {preset: nepa-fashion-patch7-28}\n"
    "data: {train: {format: idx, path: /usr/share/datasets/fashion-mnist}}\n"
    "schedule: {epochs: 1}\nbatch: {global: 256}\n";

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "load-benchmark: " << what << "\n";
  std::exit(1);
}

void Require(const grpc::Status& status, const char* what) {
  if (!status.ok()) Fail(absl::StrCat(what, ": ", status.error_message()));
}

absl::Duration Percentile(std::vector<absl::Duration> values, double fraction) {
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<size_t>(fraction * last)];
}

// A person's client, with a connection of its own.
class Client {
 public:
  explicit Client(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = v1::JobService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  // The id of the job, once it is durable.
  std::string Submit(const std::string& request_id) {
    v1::SubmitJobRequest request;
    request.set_request_id(request_id);
    request.set_text(kJobFile);
    request.set_file("load.yaml");
    request.set_folder("/");
    request.set_user("load");
    v1::SubmitJobResponse response;
    grpc::ClientContext context;
    Require(stub_->SubmitJob(&context, request, &response), "submitting");
    return response.job().id();
  }

  void Cancel(const std::string& job) {
    v1::CancelJobRequest request;
    request.set_request_id(absl::StrCat("cancel-", job));
    request.set_job(job);
    v1::CancelJobResponse response;
    grpc::ClientContext context;
    Require(stub_->CancelJob(&context, request, &response), "cancelling");
  }

  size_t List() {
    v1::ListJobsResponse response;
    grpc::ClientContext context;
    Require(stub_->ListJobs(&context, v1::ListJobsRequest(), &response), "listing");
    return static_cast<size_t>(response.jobs_size());
  }

 private:
  std::unique_ptr<v1::JobService::Stub> stub_;
};

// Writes of 4 KiB at the end of a file, each synced: what one commit costs at least.
double SyncsPerSecond(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/syncs");
  const io::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  const std::string block(4096, 'x');
  const absl::Time begin = absl::Now();
  int count = 0;
  for (; count < 20'000 && absl::Now() - begin < absl::Seconds(2); ++count) {
    if (::write(fd.get(), block.data(), block.size()) < 0 || ::fdatasync(fd.get()) != 0) {
      Fail(absl::StrCat("cannot write ", path));
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::filesystem::remove(path);
  return count / seconds;
}

double ResidentMebibytes(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

// `count` jobs by kClients clients at once; submissions a second. The ids are appended to `jobs`.
double SubmitTogether(const std::string& address, int count, std::vector<std::string>& jobs) {
  std::vector<std::vector<std::string>> ids(kClients);
  std::atomic<int> next = 0;
  const absl::Time begin = absl::Now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      Client client(address);
      for (int n = next++; n < count; n = next++) {
        ids[i].push_back(client.Submit(absl::StrCat("together-", jobs.size(), "-", n)));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  for (std::vector<std::string>& some : ids) {
    jobs.insert(jobs.end(), std::make_move_iterator(some.begin()),
                std::make_move_iterator(some.end()));
  }
  return count / seconds;
}

std::vector<absl::Duration> TimeSubmissions(Client& client, const std::string& prefix) {
  std::vector<absl::Duration> took;
  for (int i = 0; i < kTimedSubmissions; ++i) {
    const absl::Time begin = absl::Now();
    client.Submit(absl::StrCat(prefix, i));
    took.push_back(absl::Now() - begin);
  }
  return took;
}

void Print(const std::string& line) { std::cout << line << std::endl; }

std::string Milliseconds(absl::Duration duration) {
  return absl::StrFormat("%.2f ms", absl::ToDoubleMilliseconds(duration));
}

void Measure(const std::string& folder) {
  const double syncs = SyncsPerSecond(folder);
  Coordinator coordinator(folder);
  Client client(coordinator.address());
  client.Submit("warm");
  const double empty = ResidentMebibytes(coordinator.pid());

  std::vector<std::string> jobs;
  const double first = SubmitTogether(coordinator.address(), 1000, jobs);
  const double rest = SubmitTogether(coordinator.address(), kJobs - 1001, jobs);
  Print(absl::StrFormat("this disk: %.0f synced writes/s", syncs));
  Print(
      absl::StrFormat("durable submissions, %d clients: %.0f/s for the first 1,000 jobs = %.2f of "
                      "the disk's rate; %.0f/s = %.2f up to %d jobs",
                      kClients, first, first / syncs, rest, rest / syncs, kJobs));
  Print(absl::StrFormat("memory of the coordinator: %.0f MiB empty, %.0f MiB at %d jobs", empty,
                        ResidentMebibytes(coordinator.pid()), kJobs));

  std::vector<absl::Duration> calls, commands;
  for (int i = 0; i < kListings; ++i) {
    absl::Time begin = absl::Now();
    if (client.List() != kJobs) Fail("a job is missing in the listing");
    calls.push_back(absl::Now() - begin);
    begin = absl::Now();
    RunNepactl({"--coordinator", coordinator.address(), "list"});
    commands.push_back(absl::Now() - begin);
  }
  Print(absl::StrCat("listing ", kJobs, " jobs, p50: ", Milliseconds(Percentile(calls, 0.5)),
                     " the call, ", Milliseconds(Percentile(commands, 0.5)), " nepactl list"));

  // Room for more: so many jobs may be unfinished.
  for (int i = 0; i < 2 * kTimedSubmissions + kWorkers; ++i)
    client.Cancel(jobs[jobs.size() - 1 - i]);
  const std::vector<absl::Duration> alone = TimeSubmissions(client, "alone-");
  Print(absl::StrCat("a submission at ", kJobs, " jobs, nobody else there: p50 ",
                     Milliseconds(Percentile(alone, 0.5)), ", p99 ",
                     Milliseconds(Percentile(alone, 0.99))));
  SimulatedWorkers workers(coordinator.address(), kWorkers);
  if (!workers.WaitUntilAllTrain(absl::Minutes(1))) Fail("not every worker got a job");
  const int64_t reports = workers.reports();
  const absl::Time begin = absl::Now();
  const std::vector<absl::Duration> beside = TimeSubmissions(client, "beside-");
  Print(absl::StrFormat(
      "a submission beside %d workers that train and report (%.0f reports/s): p50 "
      "%s, p99 %s",
      kWorkers,
      static_cast<double>(workers.reports() - reports) / absl::ToDoubleSeconds(absl::Now() - begin),
      Milliseconds(Percentile(beside, 0.5)), Milliseconds(Percentile(beside, 0.99))));
}

}  // namespace
}  // namespace nepa::benchmarks

int main(int argc, char** argv) {
  std::string folder = argc > 1 ? argv[1] : ".";
  folder += "/load-benchmark.XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    std::cerr << "load-benchmark: cannot make a folder below " << folder << "\n";
    return 1;
  }
  nepa::benchmarks::Measure(folder);
  std::filesystem::remove_all(folder);
  return 0;
}
