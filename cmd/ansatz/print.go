package main

import "fmt"

// printf writes to stdout. A reader who has gone (a closed pipe) does not want
// to know, so errors are dropped.
func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.stdout, format, args...) }

// errorf writes to stderr.
func (a *app) errorf(format string, args ...any) { fmt.Fprintf(a.stderr, format, args...) }
