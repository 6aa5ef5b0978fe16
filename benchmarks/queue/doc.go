// Package queue hands the trials of benchmark runs to workers and brings their
// results back, over NATS JetStream. One machine uses a server inside the
// process ([Serve]), several machines one that all of them reach ([Connect]); the
// rest is the same code.
//
// # Promises
//
// A job that was offered is handed out until its result is stored: the stream of
// jobs is a work queue with acknowledgement, a worker that falls silent for
// [Options.Silence] loses its job to another. There is one result for a job: the
// stream of results takes one message for a subject and the subject is the job's,
// so a second one, of a worker that was cut off and came back, is refused by the
// server without a limit in time. The same holds for jobs: one that waits or is
// being worked on cannot be offered again. A job that has a result already is not
// worked on again, even if its acknowledgement was lost.
//
// What is in the streams is opaque to this package.
package queue
