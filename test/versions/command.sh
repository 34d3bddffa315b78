# command_of ORDERING: the command that compares versions as an ecosystem's own
# tool does, nothing where that is absent.  It reads a<TAB>b a line and answers
# -1, 0, 1, or ? where the tool refuses one of them.  The caller sets tools, this
# folder, and work, a folder for what is compiled.

python() {
	local python
	for python in /usr/bin/python3 python3; do
		"$python" -c "import $1" 2>/dev/null && echo "$python" && return
	done
	return 1
}

command_of() {
	local jar python
	case $1 in
	dpkg)
		if gcc -o "$work/dpkg" "$tools/dpkg.c" \
			$(pkg-config --libs --static libdpkg 2>/dev/null) 2>/dev/null; then
			echo "$work/dpkg"
		else
			perl -MDpkg::Version -e 1 2>/dev/null &&
				echo "perl $tools/dpkg.pl"
		fi
		;;
	rpm) python=$(python rpm) && echo "$python $tools/rpm_evr.py" ;;
	pep440) python=$(python packaging) && echo "$python $tools/pep440.py" ;;
	semver) NODE_PATH=${NODE_PATH:-/usr/share/nodejs} \
		node -e 'require("semver")' 2>/dev/null &&
		echo "env NODE_PATH=${NODE_PATH:-/usr/share/nodejs} node $tools/semver.js" ;;
	gem) ruby -e 1 2>/dev/null && echo "ruby $tools/gem.rb" ;;
	maven)
		jar=/usr/share/maven/lib/maven-artifact-3.x.jar
		[ -e $jar ] &&
			javac -cp $jar -d "$work" "$tools/Maven.java" 2>/dev/null &&
			echo "java -cp $jar:$(ls /usr/share/java/commons-lang3.jar 2>/dev/null):$work Maven"
		;;
	go)
		[ -d /usr/share/gocode/src/golang.org/x/mod/semver ] &&
			GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/cache \
				go build -o "$work/go" "$tools/go.go" 2>/dev/null &&
			echo "$work/go"
		;;
	esac
}
