/**
 * The commonest passwords of ten characters and more, as lists of leaked ones have them (SecLists' and the NCSC's first
 * 100,000), and what people would take for a time clock. Lower case. Runs of one to three characters are refused apart.
 */
const TEXT = `
1234567890 12345678910 0123456789 123456789a 1234567891 9876543210 0987654321 1234567899 123456789q 1234554321
12345678900 123456789123 1234567890123 123123123123 1122334455 1029384756 147258369a 1qaz2wsx3e 1qaz2wsx3edc
1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 q1w2e3r4t5y6 qwertyuiop qwertyuiop1 qwertyuiop123 qwerty12345 qwerty123456
qwerty123456789 qwer123456 qwe123456789 qazwsxedcrfv qazwsxedc1 asdfghjkl1 asdfghjkl123 asdfghjklm zxcvbnm123
zxcvbnm1234 zaq12wsxcde3 abcdefghij abcdefghijk abcd123456 abc1234567 abc123456789 a123456789 aa12345678 aa123456789
asd123456789 q123456789 z123456789 password10 password11 password12 password123 password1234 password12345 passwordpassword
password01 password99 password2020 password2021 password2022 password2023 password2024 password2025 password2026
password1! password123! passw0rd123 passw0rd1234 p@ssw0rd123 p@ssword123 p@ssw0rd1234 mypassword mypassword1 newpassword
thepassword letmein123 letmein1234 letmeinnow iloveyou12 iloveyou123 iloveyou1234 iloveyou2u iloveyousomuch iloveyouforever
welcome123 welcome1234 welcome2024 welcome2025 welcome2026 welcome123! changeme123 changemenow administrator admin12345
admin123456 adminadmin admin1234567 administrador rootroot123 superman123 spiderman1 spiderman123 batman1234 football12
football123 baseball12 baseball123 basketball basketball1 liverpool1 liverpoolfc manchester manchesterunited
chelseafc1 barcelona1 realmadrid realmadrid1 cristiano7 christopher alexander1 alexandra1 elizabeth1 jacqueline stephanie1
michelle12 charlotte1 sunshine12 sunshine123 princess12 princess123 chocolate1 strawberry butterfly1 butterflies
mercedes12 motherlode trustno1trustno1 monkey1234 dragon1234 dragonball dragonballz pokemon123 naruto1234 minecraft1
minecraft123 starwars12 starwars123 whatever12 computer12 computer123 internet12 internet123 samsung123 samsung1234
google1234 facebook12 facebook123 linkedin12 linkedin123 microsoft1 windows123 testtest12 test123456 testing123 testing1234
temporary1 company123 secret1234 supersecret correcthorsebatterystaple summer2023 summer2024 summer2025 summer2026
winter2023 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026 january2026 december2025
january123 september1 november11 monday1234 friday1234 blahblahblah nothing123 fuckyou123 fuckyou1234 motherfucker
asshole123 punchbox12 punchbox123 punchbox1234 punchboxpunchbox punchclock timeclock1 timeclock123 clockin123 clockinout
clockify123 kiosk12345 universalpin
`;

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(TEXT.split(/\s+/).filter((each) => each !== ""));
