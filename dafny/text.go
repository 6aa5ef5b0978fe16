package dafny

import (
	"strconv"

	"github.com/ansatz-prover/ansatz/dafny/syntax"
)

// placed tells an error of reading a text with its line and column.
func placed(text string, err error) string {
	e, ok := err.(*syntax.Error)
	if !ok {
		return err.Error()
	}
	line, column := syntax.NewLines(text).Position(e.Offset)
	return positionText(line, column) + ": " + e.Message
}

// positionText writes a place for people, who count columns from 1.
func positionText(line, column int) string {
	return "line " + strconv.Itoa(line) + ", column " + strconv.Itoa(column+1)
}
