#include "coordinator/runtime/daemon.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/config/names.h"
#include "common/flags/listen_fault.h"
#include "common/io/file.h"
#include "common/io/state_folder.h"
#include "common/views/json_views.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/messages.h"

namespace nepa::coordinator {
namespace {

constexpr absl::Duration kRemoveAgain = absl::Minutes(1);
constexpr std::chrono::seconds kGraceForCalls(2);

// The largest N of the folders jobs/jN; 0 if there is none.
int64_t LargestJobFolder(const std::string& storage) {
  int64_t largest = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(storage + "/jobs", error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    int64_t number = 0;
    if (config::LooksLikeJobId(name) && absl::SimpleAtoi(name.substr(1), &number)) {
      largest = std::max(largest, number);
    }
  }
  return largest;
}

// The same text as `nepactl -o json` prints of the job. Submissions of one coordinator differ in
// their ids, those of different ones in their times.
Message MessageOf(const core::Notify& notify, const View& view) {
  const state::Job& job = view.state.jobs.at(notify.job);
  return {job.id, notify.url, absl::StrCat(job.id, "-", absl::ToUnixNanos(job.submitted_at)),
          views::DumpJson(views::JobJson(ToMessage(view, job, JobFileToo::kNo)))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const Options& options) {
  std::unique_ptr<Daemon> daemon(new Daemon(options));
  NEPA_RETURN_IF_ERROR(daemon->Open(options));
  NEPA_RETURN_IF_ERROR(daemon->StartLoop(options));
  NEPA_RETURN_IF_ERROR(daemon->Serve(options));
  return daemon;
}

absl::Status Daemon::Open(const Options& options) {
  NEPA_RETURN_IF_ERROR(io::MakeStateFolder(options.state, io::Program::kCoordinator));
  absl::StatusOr<std::unique_ptr<storage::StateLock>> lock =
      storage::StateLock::Take(options.state);
  if (absl::IsFailedPrecondition(lock.status())) return lock.status();
  NEPA_RETURN_IF_ERROR(io::WithAdvice(lock.status(), "--state"));
  lock_ = *std::move(lock);
  endpoints_ = absl::StrCat(options.state, "/endpoints.json");
  NEPA_RETURN_IF_ERROR(io::RemoveAll(endpoints_));  // of a start that did not end in order
  NEPA_ASSIGN_OR_RETURN(store_,
                        storage::SqliteStore::Open(absl::StrCat(options.state, "/nepa.db")));
  return io::WithAdvice(io::MakeFolders(absl::StrCat(options.storage, "/jobs")), "--storage");
}

absl::Status Daemon::StartLoop(const Options& options) {
  remover_ = std::make_unique<FolderRemover>(options.storage, kRemoveAgain);
  Notifier::Options notifier_options;
  notifier_options.ca = options.notify_ca;
  NEPA_ASSIGN_OR_RETURN(notifier_, Notifier::Make(std::move(notifier_options)));
  Loop::Options loop_options;
  loop_options.store = store_.get();
  loop_options.metrics = &metrics_;
  loop_options.settings.storage = options.storage;
  loop_options.settings.lease = options.lease;
  loop_options.settings.report_interval = options.report_interval;
  loop_options.settings.notify_url = options.notify_url;
  loop_options.settings.notify_hosts = options.notify_hosts;
  loop_options.settings.notify_patience = options.notify_patience;
  loop_options.clock = SteadyNow;
  loop_options.remove_folder = [this](const state::Removal& removal) { remover_->Remove(removal); };
  loop_options.notify = [this](const core::Notify& notify, const View& view) {
    notifier_->Send(MessageOf(notify, view));
  };
  NEPA_ASSIGN_OR_RETURN(loop_, Loop::Start(std::move(loop_options)));
  const int64_t used = LargestJobFolder(options.storage);
  NEPA_RETURN_IF_ERROR(loop_->Run([used](core::Draft& draft) { core::ReserveJobIds(draft, used); },
                                  [](const View&) {}));
  remover_->Start([loop = loop_.get()](const std::string& path) { loop->FolderRemoved(path); });
  notifier_->Start([loop = loop_.get()](const std::string& job, const absl::Status& result) {
    return !absl::IsResourceExhausted(loop->NotificationTried(job, result));
  });
  return absl::OkStatus();
}

absl::Status Daemon::Serve(const Options& options) {
  job_service_.emplace(*loop_, *store_, metrics_);
  worker_service_.emplace(*loop_, metrics_);
  NEPA_ASSIGN_OR_RETURN(std::shared_ptr<grpc::ServerCredentials> doors,
                        credentials::ForServer(options.doors));
  absl::StatusOr<rpc::Listening> listening = rpc::Listen(
      flags::ToString(options.listen), {&*job_service_, &*worker_service_}, std::move(doors));
  NEPA_RETURN_IF_ERROR(flags::ListenFault("--listen", options.listen, listening.status()));
  server_ = std::move(listening->server);

  metrics::HttpServer::Options http;
  http.host = options.http.host;
  http.port = options.http.port;
  http.registry = metrics_.registry();
  http.ready = [this] { return loop_->Health(); };
  absl::StatusOr<std::unique_ptr<metrics::HttpServer>> served =
      metrics::HttpServer::Start(std::move(http));
  NEPA_RETURN_IF_ERROR(flags::ListenFault("--http", options.http, served.status()));
  http_ = *std::move(served);

  const std::string http_address = flags::ToString({options.http.host, http_->port()});
  const nlohmann::json endpoints = {{"grpc", listening->address}, {"http", http_address}};
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(endpoints_, absl::StrCat(endpoints.dump(), "\n")));
  LogInfo("coordinator serves", {{"grpc", listening->address},
                                 {"http", http_address},
                                 {"state", options.state},
                                 {"storage", options.storage},
                                 {"version", kVersion}});
  return absl::OkStatus();
}

Daemon::~Daemon() {
  if (http_ != nullptr) io::RemoveAll(endpoints_).IgnoreError();
  http_.reset();
  // While the loop can take the answers in. What is not answered by then is sent by the next start.
  if (notifier_ != nullptr) notifier_->Stop(absl::FromChrono(kGraceForCalls));
  // A read comes after what was said before it: those answers are stored.
  if (loop_ != nullptr) loop_->Read([](const View&) {}).IgnoreError();
  // Then the loop: it answers what waits for it and closes the streams, so that the server has
  // nothing left to wait for.
  if (loop_ != nullptr) loop_->Stop();
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now() + kGraceForCalls);
    server_->Wait();
  }
  remover_.reset();
}

}  // namespace nepa::coordinator
