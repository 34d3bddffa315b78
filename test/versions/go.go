// reads a<TAB>b; prints -1, 0, 1, or ? where x/mod/semver takes one for no version
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		pair := strings.SplitN(in.Text(), "\t", 2)
		a, b := "v"+pair[0], "v"+pair[1]
		if semver.IsValid(a) && semver.IsValid(b) {
			fmt.Fprintln(out, semver.Compare(a, b))
		} else {
			fmt.Fprintln(out, "?")
		}
	}
}
