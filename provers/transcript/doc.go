// Package transcript records what goes over the wire between ansatz and a
// prover, and plays a record back in the prover's place.
//
// A transcript is a file of JSON lines, one for each process. A line is a
// message or a mark:
//
//	{"at":0.004,"event":"start","command":["lean","--worker"],"dir":"/project"}
//	{"at":0.015,"to":"lean","message":{"jsonrpc":"2.0","id":1,"method":"initialize"}}
//	{"at":0.920,"from":"lean","message":{"jsonrpc":"2.0","id":1,"result":{}}}
//	{"at":0.925,"from":"lean","text":"what is no JSON is kept as text"}
//	{"at":0.930,"event":"stderr","text":"a line of standard error"}
//	{"at":1.200,"event":"exit","text":"exit status 0"}
//
// The member "at" is the time since the beginning of the record in seconds; it
// may be absent, and members that are not known are ignored.
package transcript
