// Those who submit jobs, cancel, pause, resume and delete them, pin checkpoints and drain workers,
// and repeat a request with its id until they are answered.
#ifndef NEPA_TESTS_SIMULATION_PEOPLE_H_
#define NEPA_TESTS_SIMULATION_PEOPLE_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/reply.h"
#include "tests/simulation/coordinator_process.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/rules.h"
#include "tests/simulation/world.h"

namespace nepa::simulation {

class People {
 public:
  People(World& world, Network& network, CoordinatorProcess& coordinator, Rules& rules,
         std::vector<JobPlan>& plans)
      : world_(world), network_(network), coordinator_(coordinator), rules_(rules), plans_(plans) {}

  // From now on, for `time`, this many jobs are submitted, some of them meddled with, and some
  // workers drained for a while.
  void Begin(int64_t jobs, absl::Duration time);
  // Everything paused goes on.
  void ResumeAll();
  // Requests without an answer.
  int64_t open_requests() const { return open_; }
  int64_t requests() const { return requests_; }
  // Jobs that were submitted, answered or not.
  int64_t submitted() const { return static_cast<int64_t>(plans_.size()); }

 private:
  using Operation = std::function<core::Reply(core::Draft&)>;
  using Answered = std::function<void(const core::Reply&)>;

  // Sends `operation` until it is answered; `answered` is called once.
  void Ask(const std::string& what, Operation operation, Answered answered);
  void Try(Peer person, const std::string& what, const Operation& operation,
           const std::shared_ptr<Answered>& answered);

  JobPlan MakePlan();
  std::string AnySource();
  void SubmitOne();
  void Meddle(const std::string& job);
  void Cancel(const std::string& job);
  void Pause(const std::string& job);
  void Resume(const std::string& job);
  void Delete(const std::string& job);
  void PinOneOf(const std::string& job);
  void Unpin(const std::string& checkpoint);
  void DrainOne();
  void Undrain(const std::string& worker);
  std::string NewRequestId() { return absl::StrCat("r", ++requests_); }

  World& world_;
  Network& network_;
  CoordinatorProcess& coordinator_;
  Rules& rules_;
  std::vector<JobPlan>& plans_;
  std::vector<std::string> known_names_;  // of jobs whose submission was answered
  std::set<std::string> draining_;        // workers, from their drain to the answer to the undrain
  int64_t requests_ = 0;
  int64_t open_ = 0;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_PEOPLE_H_
