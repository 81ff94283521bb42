// A job watched on a thread of its own.
#ifndef NEPA_CLI_JOB_STREAM_H_
#define NEPA_CLI_JOB_STREAM_H_

#include <string>

#include "cli/client.h"
#include "cli/news_stream.h"

namespace nepa::cli {

// `client` must outlive it. Ends well after a final phase.
class JobStream : public NewsStream<v1::Job> {
 public:
  JobStream(Client& client, const std::string& job)
      : NewsStream([&client, job](std::stop_token stop, const auto& on_job) {
          return client.WatchJob(job, std::move(stop), on_job);
        }) {}
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_STREAM_H_
