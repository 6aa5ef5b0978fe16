package npm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	manifestName   = "manifest.json"
	manifestFormat = 1
	launcherName   = "launch.js"
	preparedName   = "prepared"
)

// errForeign means that something else is where an installation would be: a
// folder of ours always has a manifest. It is never removed.
var errForeign = errors.New("the folder holds no installation of ansatz")

// manifest is what an installation consists of. It is written last, into a
// folder that is then renamed to its place: where there is a manifest,
// everything was there.
type manifest struct {
	Format   int               `json:"format"`
	Version  string            `json:"version"`
	Packages []manifestPackage `json:"packages"`
	// Node is the runtime of the machine that is used instead of a package.
	Node  string         `json:"node,omitempty"`
	Files []manifestFile `json:"files"`
}

type manifestPackage struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Integrity string `json:"integrity"`
}

type manifestFile struct {
	Path   string `json:"path"` // slash-separated, below the installation
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func packagesOf(packages []Package) []manifestPackage {
	var out []manifestPackage
	for _, p := range packages {
		out = append(out, manifestPackage{p.Name, p.Version, p.Integrity})
	}
	return out
}

// readManifest returns fs.ErrNotExist if dir holds no installation.
func readManifest(dir string) (manifest, error) {
	var m manifest
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(dir); statErr == nil {
			return m, fmt.Errorf("%w: %s", errForeign, dir)
		}
		return m, err
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("%w: %s has format %d, this ansatz reads %d", ErrDamaged, manifestName, m.Format, manifestFormat)
	}
	return m, nil
}

func (m manifest) write(dir string) error {
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return writeAtomically(filepath.Join(dir, manifestName), data)
}

// checkSizes compares the size of every file, which takes milliseconds.
func (m manifest) checkSizes(dir string) error {
	for _, f := range m.Files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if info.Size() != f.Size {
			return fmt.Errorf("%w: %s has %d bytes instead of %d", ErrDamaged, f.Path, info.Size(), f.Size)
		}
	}
	return nil
}

// checkDigests reads every file, which takes seconds.
func (m manifest) checkDigests(ctx context.Context, dir string, progress *meter) error {
	var done int64
	for _, f := range m.Files {
		sum, err := digest(ctx, filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			return err
		}
		if sum != f.SHA256 {
			return fmt.Errorf("%w: %s has been changed", ErrDamaged, f.Path)
		}
		done += f.Size
		progress.at(done)
	}
	return nil
}

func (m manifest) size() (total int64) {
	for _, f := range m.Files {
		total += f.Size
	}
	return total
}

// installs reports whether m is an installation of these packages on this runtime.
func (m manifest) installs(packages []Package, node string) bool {
	return m.Version == Version && m.Node == node && slices.Equal(m.Packages, packagesOf(packages))
}

func digest(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, &contextReader{ctx, f}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeAtomically replaces a file so that a reader sees the old or the new one.
func writeAtomically(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
