// All jobs watched on a thread of its own.
#ifndef NEPA_CLI_JOBS_STREAM_H_
#define NEPA_CLI_JOBS_STREAM_H_

#include "cli/client.h"
#include "cli/news_stream.h"

namespace nepa::cli {

// `client` must outlive it. At most `limit` jobs (0: all). Ends only with an error.
class JobsStream : public NewsStream<v1::WatchJobsResponse> {
 public:
  JobsStream(Client& client, size_t limit)
      : NewsStream([&client, limit](std::stop_token stop, const auto& on_news) {
          return client.WatchJobs(static_cast<int64_t>(limit), std::move(stop), on_news);
        }) {}
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOBS_STREAM_H_
