// Settings of a process that computes. Called by main, before anything else.
#ifndef NEPA_WORKER_TRAIN_MODEL_PROCESS_H_
#define NEPA_WORKER_TRAIN_MODEL_PROCESS_H_

namespace nepa::model {

// Keeps freed memory in the process instead of giving it back to the kernel: a step asks for the
// same megabytes again, and faulting every page in once more costs up to a tenth of the step.
void KeepFreedMemory();

// OpenMP's threads spin for milliseconds before they sleep. On processors that something else uses
// too, each spins while the one it waits for is not running, and training takes several times as
// long; some microseconds of spinning keep the gain without the loss. The library reads the setting
// when it is loaded, so this starts the program a second time, with `argv`, unless GOMP_SPINCOUNT
// or OMP_WAIT_POLICY is set. Where that fails it returns and nothing has changed.
void LimitSpinning(char** argv);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_PROCESS_H_
