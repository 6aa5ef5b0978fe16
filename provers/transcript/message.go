package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is a decoded JSON-RPC message; numbers in it are of type json.Number,
// so that large ones survive.
type object map[string]any

func decode(data []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var m object
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("it is null")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows it")
	}
	return m, nil
}

func (m object) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// method is the method, or empty for a response.
func (m object) method() string {
	method, _ := m["method"].(string)
	return method
}

// key makes an id comparable; it is empty if there is none.
func key(id any) string {
	if id == nil {
		return ""
	}
	return fmt.Sprintf("%T %v", id, id)
}

// place finds the member that holds a document's version, and the document:
// params.textDocument.version with params.textDocument.uri, or both directly in
// params.
func (m object) place() (holder map[string]any) {
	params, _ := m["params"].(map[string]any)
	if document, ok := params["textDocument"].(map[string]any); ok {
		return document
	}
	return params
}

func (m object) version() (uri string, version int, ok bool) {
	holder := m.place()
	uri, _ = holder["uri"].(string)
	number, _ := holder["version"].(json.Number)
	version, err := strconv.Atoi(number.String())
	return uri, version, err == nil
}

func (m object) setVersion(v int) { m.place()["version"] = json.Number(strconv.Itoa(v)) }

// remove removes the member at a path, if there is one.
func (m object) remove(path []string) {
	holder := map[string]any(m)
	for _, name := range path[:len(path)-1] {
		next, ok := holder[name].(map[string]any)
		if !ok {
			return
		}
		holder = next
	}
	delete(holder, path[len(path)-1])
}

// describe names a message for an error.
func describe(m object) string {
	switch {
	case m.method() == "":
		return "a response"
	case m["id"] == nil:
		return "the notification " + m.method()
	}
	return "the request " + m.method()
}

// difference says where and how got differs from want, or is empty. An absent
// member is the same as null.
func difference(path string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			break
		}
		names := slices.Collect(maps.Keys(want))
		for name := range got {
			if _, both := want[name]; !both {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			if d := difference(strings.TrimPrefix(path+"."+name, "."), want[name], got[name]); d != "" {
				return d
			}
		}
		return ""
	case []any:
		got, ok := got.([]any)
		if !ok {
			break
		}
		for i := range min(len(want), len(got)) {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), want[i], got[i]); d != "" {
				return d
			}
		}
		if len(want) != len(got) {
			return fmt.Sprintf("%s has %d items, the record has %d", path, len(got), len(want))
		}
		return ""
	case string:
		got, ok := got.(string)
		if !ok || got == want {
			break
		}
		at := 0
		for at < len(want) && at < len(got) && want[at] == got[at] {
			at++
		}
		return fmt.Sprintf("%s is %s, the record has %s; they differ from byte %d on", path, around(got, at), around(want, at), at)
	}
	if fmt.Sprintf("%T %v", want, want) == fmt.Sprintf("%T %v", got, got) {
		return ""
	}
	return fmt.Sprintf("%s is %s, the record has %s", path, brief(got), brief(want))
}

// around quotes the part of a string around a byte.
func around(s string, at int) string {
	const before, after = 20, 60
	start, end := max(0, at-before), min(len(s), at+after)
	for start > 0 && !utf8.RuneStart(s[start]) {
		start--
	}
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end++
	}
	quoted := strconv.Quote(s[start:end])
	if start > 0 {
		quoted = "…" + quoted
	}
	if end < len(s) {
		quoted += "…"
	}
	return quoted
}

// brief shows a value for an error.
func brief(v any) string {
	const most = 100
	if v == nil {
		return "absent"
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	if len(encoded) > most {
		return strings.ToValidUTF8(string(encoded[:most]), "") + "…"
	}
	return string(encoded)
}
