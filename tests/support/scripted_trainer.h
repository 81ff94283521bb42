// Making a nepa-worker start scripted-trainer (scripted_trainer.cc) instead of nepa-trainer.
#ifndef NEPA_TESTS_SUPPORT_SCRIPTED_TRAINER_H_
#define NEPA_TESTS_SUPPORT_SCRIPTED_TRAINER_H_

#include <string>
#include <vector>

namespace nepa::testing {

// Writes (anew) a program at `path` that runs scripted-trainer with these steps; for --trainer.
void WriteTrainerScript(const std::string& path, const std::vector<std::string>& steps);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_SCRIPTED_TRAINER_H_
