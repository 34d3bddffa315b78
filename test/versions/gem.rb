# reads a<TAB>b; prints -1, 0, 1, or ? where RubyGems takes one for no version
require 'rubygems'

STDIN.each_line(chomp: true) do |line|
  pair = line.split("\t", -1)
  if pair.all? { |text| Gem::Version.correct?(text) }
    puts Gem::Version.new(pair[0]) <=> Gem::Version.new(pair[1])
  else
    puts '?'
  end
end
