// A job in full, for people: what answers their first ten questions about it.
//
//    1. What is it?                  6. Where does it run?
//    2. How does it stand, and why?  7. Where are its files, logs and checkpoints?
//    3. How far is it, when done?    8. What happened to it?
//    4. How fast is it?              9. What can I do next?
//    5. What does it learn?         10. What exactly was asked for? (the configuration in force)
//
// Pure. Any thread.
#ifndef NEPA_CLI_DESCRIBE_TEXT_H_
#define NEPA_CLI_DESCRIBE_TEXT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/json_views.h"
#include "cli/table.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// The best value of a metric, and the step it was measured at.
struct BestValue {
  double value = 0;
  int64_t step = 0;
};
// Of the loss the lowest, of each accuracy the highest; of equals the first.
std::map<std::string, BestValue> BestValues(const std::vector<v1::MetricPoint>& points);

// The answers to the first nine questions; ages count to `now`.
FieldList DescribeFields(const v1::Job& job, const std::vector<v1::MetricPoint>& points,
                         const std::vector<v1::Event>& events, absl::Time now);

// The job with, beside what every job has: seconds_left, best {metric: {value, step}} and
// configuration.
Json DescribeJson(const v1::Job& job, const std::vector<v1::MetricPoint>& points);

}  // namespace nepa::cli

#endif  // NEPA_CLI_DESCRIBE_TEXT_H_
