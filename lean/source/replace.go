package source

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrChanged is the error of [WriteFile] for a file that was edited since it was read.
var ErrChanged = errors.New("the file changed since it was read")

// Replacement is a proof for a target.
type Replacement struct {
	Target Target
	// Proof is what follows ":=", for example "by simp".
	Proof string
}

// ReplaceProof returns the file's text with the target's sorry replaced by the
// proof. The text is otherwise the same byte for byte.
func ReplaceProof(text []byte, target Target, proof string) ([]byte, error) {
	return ReplaceProofs(text, []Replacement{{Target: target, Proof: proof}})
}

// ReplaceProofs is [ReplaceProof] for several targets of one file, in any order.
// A proof's lines are indented by the declaration's own indentation, except
// where a line is inside of a string.
func ReplaceProofs(text []byte, replacements []Replacement) ([]byte, error) {
	sorted := slices.Clone(replacements)
	slices.SortStableFunc(sorted, func(a, b Replacement) int { return a.Target.BodyStart - b.Target.BodyStart })
	var out bytes.Buffer
	at := 0
	for _, r := range sorted {
		t := r.Target
		what := fmt.Sprintf("writing the proof of %s", t.Problem.Name)
		if t.BodyStart < at || t.BodyEnd <= t.BodyStart || t.BodyEnd > len(text) {
			return nil, fmt.Errorf("%s: its place (bytes %d to %d) is not in the file or was replaced already",
				what, t.BodyStart, t.BodyEnd)
		}
		body, err := Scan(t.Problem.Source, string(text[t.BodyStart:t.BodyEnd]))
		if err != nil || !isSorry(Code(body)) {
			return nil, fmt.Errorf("%s: there is no sorry at bytes %d to %d any more", what, t.BodyStart, t.BodyEnd)
		}
		proof, err := indent(r.Proof, t.Column-1, bytes.Contains(text, []byte("\r\n")))
		if err != nil {
			return nil, fmt.Errorf("%s: the proof cannot be read: %w", what, err)
		}
		out.Write(text[at:t.BodyStart])
		out.WriteString(proof)
		at = t.BodyEnd
	}
	out.Write(text[at:])
	return out.Bytes(), nil
}

// indent trims a proof and moves its lines after the first to the right by a
// number of columns.
func indent(proof string, columns int, crlf bool) (string, error) {
	proof = strings.TrimSpace(strings.ReplaceAll(proof, "\r\n", "\n"))
	tokens, err := Scan("proof", proof)
	if err != nil {
		return "", err
	}
	if len(Code(tokens)) == 0 {
		return "", errors.New("it is empty")
	}
	literal := map[int]bool{} // lines that begin inside of a string
	for _, t := range tokens {
		switch t.Kind {
		case String, RawString, StringPart:
			for n := range strings.Count(t.Text, "\n") {
				literal[t.Line+n+1] = true
			}
		}
	}
	lines := strings.Split(proof, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" && !literal[i+1] {
			lines[i] = strings.Repeat(" ", columns) + lines[i]
		}
	}
	end := "\n"
	if crlf && len(literal) == 0 {
		end = "\r\n"
	}
	// A comment at the end of the last line would swallow what follows the sorry.
	if t := tokens[len(tokens)-1]; t.Kind == Comment && strings.HasPrefix(t.Text, "--") {
		lines = append(lines, "")
	}
	return strings.Join(lines, end), nil
}

// WriteFile replaces the contents of a file at once (by a new file beside it
// that takes its name), so that a reader sees the old text or the new one and
// never a part. It keeps the file's permissions and follows a symbolic link.
// If the file's contents do not have the hash sum any more, it writes nothing
// and returns [ErrChanged].
func WriteFile(path string, text []byte, sum [sha256.Size]byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	// As late as possible: an edit between this look and the renaming is the one
	// that cannot be seen.
	current, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	if sha256.Sum256(current) != sum {
		return ErrChanged
	}
	return os.Rename(temp.Name(), target)
}
