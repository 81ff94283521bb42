// Settings of a process that computes. Called by main, before anything else.
#ifndef NEPA_WORKER_TRAIN_MODEL_PROCESS_H_
#define NEPA_WORKER_TRAIN_MODEL_PROCESS_H_

namespace nepa::model {

// Keeps freed memory in the process instead of giving it back to the kernel: a step asks for the
// same megabytes again, and faulting every page in once more costs up to a tenth of the step.
void KeepFreedMemory();

// Limits how long OpenMP's threads spin (common/base/spinning.h): starts the program a second time,
// with `argv`, unless whoever started it has decided. Where that fails it returns and nothing has
// changed.
void LimitSpinning(char** argv);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_PROCESS_H_
