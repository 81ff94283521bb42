// Job files small enough to train in seconds, on real images.
#ifndef NEPA_TESTS_SUPPORT_SMALL_JOBS_H_
#define NEPA_TESTS_SUPPORT_SMALL_JOBS_H_

#include <string>

namespace nepa::testing {

// Pretraining of a two-block model on the first 1,024 images of Fashion-MNIST, `steps` steps of 64
// images, a checkpoint every `checkpoint_steps`, with a ledger. `more` is appended as YAML.
std::string SmallPretrainJob(const std::string& name, int steps, int checkpoint_steps,
                             const std::string& more = "");

// Fine-tuning from `from` ("job/NAME@best", …) with 10 images a class, evaluated on 200 test
// images.
std::string SmallFinetuneJob(const std::string& name, const std::string& from);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_SMALL_JOBS_H_
