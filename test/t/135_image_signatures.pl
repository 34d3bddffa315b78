# Signatures of image data, made by openssl: keys of every kind, and whatever
# may be wrong with a signature, its certificate, or the chain of that.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no openssl' if system('openssl version >/dev/null 2>&1') != 0;

my $node = new_node('image_signatures');
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $data = 'the data of an image';
my $number = 0;

sub openssl
{
	my ($command) = @_;

	system("cd $folder && openssl $command >openssl.log 2>&1") == 0
	  or die "openssl $command: " . slurp_file("$folder/openssl.log");
	return;
}

# A key and its certificate, signed by itself or by another one; answers the
# certificate.
sub make_certificate
{
	my ($name, $key, %options) = @_;
	my $usage = $options{usage} // 'digitalSignature';
	my $authority = $options{authority};
	my $constraint = $options{is_authority} ? 'critical,CA:true' : 'CA:false';

	openssl("genpkey $key -out $name.key");
	open my $config, '>', "$folder/$name.cnf" or die;
	print $config "[ext]\nbasicConstraints=$constraint\n", $usage ? "keyUsage=critical,$usage\n" : '';
	close $config;
	openssl("req -new -key $name.key -subj /CN=$name -out $name.csr");
	openssl("x509 -req -in $name.csr -extfile $name.cnf -extensions ext -out $name.pem "
		  . ($authority ? "-CA $authority.pem -CAkey $authority.key -CAcreateserial " : "-signkey $name.key ")
		  . ($options{days} // '-days 100'));
	return slurp_file("$folder/$name.pem");
}

# What openssl signs, in base64.
sub sign
{
	my ($name, $hash, $text, $options) = @_;

	append_to_file("$folder/data", '');
	open my $out, '>', "$folder/data" or die;
	print $out $text;
	close $out;
	openssl("dgst -$hash -sign $name.key $options -out signature data");
	openssl('base64 -A -in signature -out signature.txt');
	return slurp_file("$folder/signature.txt");
}

# Put a certificate into the table; answers its name.
sub register
{
	my ($certificate, $authorities) = @_;
	my $id = sprintf 'ce470000-0000-4000-8000-%012x', ++$number;

	$node->safe_psql('postgres', "INSERT INTO image_catalog.image_certificates VALUES ('$id', "
		  . literal($certificate) . ', ' . (defined $authorities ? literal($authorities) : 'NULL') . ')');
	return $id;
}

# Upload data to an image with these properties: its status, or the error.
sub upload
{
	my ($properties, $text) = @_;
	my %document = (disk_format => 'raw', container_format => 'bare', %$properties);
	my $json = json_literal(\%document);

	my ($ret, $stdout, $stderr) = $node->psql('postgres', qq{
\\set VERBOSITY verbose
SET image_catalog.project_id = 'A';
SELECT image_catalog.create_image($json) ->> 'id' AS id \\gset
SELECT image_catalog.upload_image_data(:'id', '} . ($text // $data) . q{') ->> 'status';
SELECT image_catalog.get_image(:'id') ->> 'status'}, on_error_stop => 0);
	return $stderr =~ /ERROR:\s+(\w{5}): .*?\n(?:DETAIL:\s+(.*?)\n)?/ ? "$1 $2, $stdout" : $stdout;
}

sub properties
{
	my ($signature, $hash, $type, $certificate) = @_;
	return { img_signature => $signature, img_signature_hash_method => $hash,
		img_signature_key_type => $type, img_signature_certificate_uuid => $certificate };
}

# every kind of key, every hash
my $pss = '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1';
my $rsa = register(make_certificate('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'));
foreach my $bits (224, 256, 384, 512)
{
	is(upload(properties(sign('rsa', "sha$bits", $data, $pss), "SHA-$bits", 'RSA-PSS', $rsa)), "active\nactive", "RSA-PSS with SHA-$bits");
}
my $short_salt = sign('rsa', 'sha256', $data, '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32');
is(upload(properties($short_salt, 'SHA-256', 'RSA-PSS', $rsa)), "active\nactive", 'RSA-PSS with a shorter salt');
foreach my $curve (qw(secp384r1 secp521r1 sect409k1 sect409r1 sect571k1 sect571r1))
{
	my $certificate = register(make_certificate($curve, "-algorithm EC -pkeyopt ec_paramgen_curve:$curve"));
	is(upload(properties(sign($curve, 'sha384', $data, ''), 'SHA-384', 'ECC_' . uc $curve, $certificate)), "active\nactive", $curve);
}
openssl('dsaparam -out dsa.param 2048');
my $dsa = register(make_certificate('dsa', '-paramfile dsa.param'));
is(upload(properties(sign('dsa', 'sha256', $data, ''), 'SHA-256', 'DSA', $dsa)), "active\nactive", 'DSA');

# what is wrong: the image is queued afterwards
sub refused
{
	my ($properties, $why, $name, $text) = @_;
	is(upload($properties, $text), "22023 $why, queued", $name);
	return;
}
my $good = sign('rsa', 'sha256', $data, $pss);
my $no_fit = 'It is not a signature of this data by the key of the certificate.';
my $wrong_type = 'The key of the certificate is not of the type of img_signature_key_type.';
refused(properties($good, 'SHA-256', 'RSA-PSS', $rsa), $no_fit, 'other data', 'the data of another');
refused(properties($good, 'SHA-512', 'RSA-PSS', $rsa), $no_fit, 'another hash');
refused(properties(sign('rsa', 'sha256', $data, ''), 'SHA-256', 'RSA-PSS', $rsa), $no_fit, 'another padding');
my $other = register(make_certificate('other', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'));
refused(properties($good, 'SHA-256', 'RSA-PSS', $other), $no_fit, 'another key');
refused(properties($good, 'SHA-256', 'DSA', $rsa), $wrong_type, 'another type of key');
refused(properties(sign('secp384r1', 'sha384', $data, ''), 'SHA-384', 'ECC_SECP521R1', sprintf 'ce470000-0000-4000-8000-%012x', 2),
	$wrong_type, 'another curve');
refused(properties('!!', 'SHA-256', 'RSA-PSS', $rsa), 'img_signature must be written in base64.', 'no base64');
refused(properties('', 'SHA-256', 'RSA-PSS', $rsa), 'img_signature must be written in base64.', 'an empty signature');
refused(properties('AAAA', 'SHA-256', 'RSA-PSS', $rsa), $no_fit, 'a signature that is too short');
refused(properties($good, 'MD5', 'RSA-PSS', $rsa), 'img_signature_hash_method must be SHA-224, SHA-256, SHA-384 or SHA-512.', 'no such hash');
refused(properties($good, 'SHA-256', 'RSA', $rsa),
	'img_signature_key_type must be RSA-PSS, DSA or one of ECC_SECP384R1, ECC_SECP521R1, ECC_SECT409K1, ECC_SECT409R1, ECC_SECT571K1 and ECC_SECT571R1.', 'no such type of key');
refused(properties($good, 'SHA-256', 'RSA-PSS', 'x'), 'img_signature_certificate_uuid must be a UUID.', 'no UUID');
refused(properties($good, 'SHA-256', 'RSA-PSS', 'ce470000-0000-4000-8000-00000000ffff'),
	'There is no certificate of img_signature_certificate_uuid.', 'no such certificate');
my $half = properties($good, 'SHA-256', 'RSA-PSS', $rsa);
delete $half->{img_signature_key_type};
refused($half, 'The image has no property img_signature_key_type.', 'half a signature');

# certificates that do not hold
my $bits = '-algorithm RSA -pkeyopt rsa_keygen_bits:2048';
sub refused_certificate
{
	my ($name, $why, %options) = @_;
	my $authorities = delete $options{authorities};
	my $id = register(make_certificate($name, $bits, %options), $authorities);
	refused(properties(sign($name, 'sha256', $data, $pss), 'SHA-256', 'RSA-PSS', $id), $why, "certificate: $name");
	return;
}
# newer versions of openssl refuse a negative number of days, and older ones know no dates
my $help = join '', run_command([ 'openssl', 'x509', '-help' ]);
my $past = $help =~ /-not_after/ ? '-not_before 20200101000000Z -not_after 20200102000000Z' : '-days -1';
refused_certificate('expired', 'The certificate has expired.', days => $past);
refused_certificate('usage', 'The certificate is not for signatures.', usage => 'keyEncipherment');
my $any_usage = register(make_certificate('any_usage', $bits, usage => ''));
is(upload(properties(sign('any_usage', 'sha256', $data, $pss), 'SHA-256', 'RSA-PSS', $any_usage)), "active\nactive", 'a certificate for any usage');

# a chain: root, an authority in between, and the certificate
my $root = make_certificate('root', $bits, usage => 'keyCertSign', is_authority => 1);
my $middle = make_certificate('middle', $bits, usage => 'keyCertSign', is_authority => 1, authority => 'root');
my $leaf = make_certificate('leaf', $bits, authority => 'middle');
my $leaf_signature = sign('leaf', 'sha256', $data, $pss);
my $no_chain = 'The certificate does not lead to its authorities.';
is(upload(properties($leaf_signature, 'SHA-256', 'RSA-PSS', register($leaf, "$middle$root"))), "active\nactive", 'a whole chain');
is(upload(properties($leaf_signature, 'SHA-256', 'RSA-PSS', register($leaf, $middle))), "active\nactive", 'an authority that is no root');
refused(properties($leaf_signature, 'SHA-256', 'RSA-PSS', register($leaf, $root)), $no_chain, 'a chain without its middle');
refused(properties($leaf_signature, 'SHA-256', 'RSA-PSS', register($leaf, slurp_file("$folder/other.pem"))), $no_chain, 'another authority');
my $no_authority = make_certificate('no_authority', $bits);
my $false_leaf = make_certificate('false_leaf', $bits, authority => 'no_authority');
refused(properties(sign('false_leaf', 'sha256', $data, $pss), 'SHA-256', 'RSA-PSS', register($false_leaf, $no_authority)), $no_chain, 'an authority that is none');

# what is no certificate does not get into the table, and the table into a dump
foreach my $text ('nonsense', '', slurp_file("$folder/rsa.key"), $root . $middle)
{
	my ($ret, $stdout, $stderr) = $node->psql('postgres',
		q{INSERT INTO image_catalog.image_certificates VALUES (gen_random_uuid(), } . literal($text) . ')');
	like($stderr, qr/invalid certificate/, 'refused: ' . substr($text, 0, 27) =~ s/\n.*//sr);
}
$node->command_ok([ 'pg_dump', '--no-sync', '-f', "$folder/dump.sql", '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', q{CREATE DATABASE restored TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$folder/dump.sql", '-d', $node->connstr('restored') ], 'restored');
my $all = 'SELECT count(*), md5(string_agg(certificate, $$$$ ORDER BY id)) FROM image_catalog.image_certificates';
is($node->safe_psql('restored', $all), $node->safe_psql('postgres', $all), 'with its certificates');

# in pieces, and staged
my $properties = json_literal({ disk_format => 'raw', container_format => 'bare', %{ properties($good, 'SHA-256', 'RSA-PSS', $rsa) } });
is($node->safe_psql('postgres', qq{
SELECT image_catalog.create_image($properties) ->> 'id' AS id \\gset
\\o /dev/null
SELECT image_catalog.append_image_data(:'id', 'the data ');
SELECT image_catalog.append_image_data(:'id', 'of an image');
\\o
SELECT image_catalog.finish_image_data(:'id') ->> 'status'}), 'active', 'in pieces');

done_testing();
