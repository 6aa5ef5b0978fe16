package dafny

import "strconv"

func positionText(line, column int) string {
	return "line " + strconv.Itoa(line) + ", column " + strconv.Itoa(column+1)
}
