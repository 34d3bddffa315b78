// reads a<TAB>b; prints -1, 0, 1, or ? where semver takes one for no version
const semver = require('semver');

for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
	const [a, b] = line.split('\t').map((text) => semver.parse(text));
	console.log(a && b ? semver.compare(a, b) : '?');
}
