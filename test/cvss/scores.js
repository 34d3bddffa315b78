// reads CVSS vectors, one a line; prints their base scores
const cvss = require('ae-cvss-calculator');

const versions = {'CVSS:3.0': cvss.Cvss3P0, 'CVSS:3.1': cvss.Cvss3P1, 'CVSS:4.0': cvss.Cvss4P0};

for (const vector of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
	const scores = new (versions[vector.slice(0, 8)] || cvss.Cvss2)(vector).calculateScores();
	console.log((scores.base ?? scores.overall).toFixed(1));
}
