// How the allocator treats what a training step frees.
#ifndef NEPA_WORKER_TRAIN_MODEL_MEMORY_H_
#define NEPA_WORKER_TRAIN_MODEL_MEMORY_H_

namespace nepa::model {

// Keeps freed memory in the process instead of giving it back to the kernel: a step asks for the
// same megabytes again, and faulting every page in once more costs up to a tenth of the step.
// Called once, by main.
void KeepFreedMemory();

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_MEMORY_H_
