import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "missing-column-value";

function sqlmodel(field: string, row: string, more = ""): string {
	return `
#- requirements.txt
fastapi
sqlmodel
#- main.py
from typing import Optional
from fastapi import FastAPI
from sqlalchemy import event, func
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = "first"
    users: list["User"] = Relationship(back_populates="team")


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    ${field}
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Team | None = Relationship(back_populates="users")


engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
${more}
with Session(engine) as session:
    ${row}
    session.add(user)
    session.commit()

app = FastAPI()
`;
}

function declarative(column: string, row: string): string {
	return `
#- requirements.txt
fastapi
sqlalchemy>=2
#- main.py
from fastapi import FastAPI
from sqlalchemy import Column, ForeignKey, Identity, Integer, String, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String, nullable=False)
    ${column}
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))
    shelf: Mapped["Shelf"] = relationship()


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
shelf = Shelf()
with Session(engine) as session:
    ${row}
    session.add(book)
    session.commit()

app = FastAPI()
`;
}

describe("of SQLModel", () => {
	it.each([
		["phone: str", 'user = User(email="a")'],
		["phone: str = Field(max_length=20)", 'user = User(email="a")'],
		["phone: str = Field(..., index=True)", 'user = User(email="a")'],
		["phone: str", 'user = User(email="a", phone=None)'],
		["age: int = Field(default=None)", 'user = User(email="a")'],
	])("%s is needed by %s, and gets one by the fix, or may be empty", (field, row) => {
		const backend = sqlmodel(field, row);
		const name = field.split(":")[0];
		expect(auditBackend(rule, backend).map(({ severity, expectedError }) => [severity, expectedError])).toEqual([
			["CRITICAL", `sqlalchemy.exc.IntegrityError: (sqlite3.IntegrityError) NOT NULL constraint failed: user.${name}`],
		]);
		expect(mendedFiles(rule, backend)["main.py"]).toMatch(new RegExp(`User\\(email="a", ${name}=(""|0)\\)`));
		const other = auditBackend(rule, backend)[0]
			?.alternatives[0]?.edits.map(({ newText }) => newText)
			.join(" ");
		expect(other).toMatch(/(str|int) \| None/);
	});

	it.each([
		['phone: str = ""', 'user = User(email="a")'],
		["phone: str | None = None", 'user = User(email="a")'],
		["phone: Optional[str]", 'user = User(email="a")'],
		["phone: str = Field(nullable=True)", 'user = User(email="a")'],
		["phone: str = Field(default_factory=str)", 'user = User(email="a")'],
		['phone: str = Field(sa_column_kwargs={"server_default": "x"})', 'user = User(email="a")'],
		["phone: str", 'user = User(email="a", phone="1")'],
		["phone: str", 'user = User(email="a"); user.phone = "1"'],
		["phone: str", 'user = User.model_validate({"email": "a", "phone": "1"})'],
		["phone: str", 'user = User(**dict(email="a", phone="1"))'],
	])("%s is not missed by %s", (field, row) => {
		expect(auditBackend(rule, sqlmodel(field, row))).toEqual([]);
	});

	it("leaves rows alone that a listener may fill", () => {
		const listener = '@event.listens_for(User, "before_insert")\ndef fill(mapper, connection, target):\n    target.phone = "1"\n';
		expect(auditBackend(rule, sqlmodel("phone: str", 'user = User(email="a")', listener))).toEqual([]);
	});
});

describe("of SQLAlchemy", () => {
	it.each([
		["pages: Mapped[int]", 'book = Book(title="a", shelf=shelf)', "pages"],
		["pages = Column(Integer, nullable=False)", 'book = Book(title="a", shelf=shelf)', "pages"],
		["pages = Column(Integer)", 'book = Book(title="a")', "shelf_id"],
		["pages = Column(Integer)", "book = Book(shelf=shelf)", "title"],
	])("%s, %s", (column, row, missing) => {
		const backend = declarative(column, row);
		expect(auditBackend(rule, backend).map(({ problem }) => problem)).toEqual([`A first Book is written without ${missing}`]);
		expect(mendedFiles(rule, backend)["main.py"]).toBeDefined();
	});

	it.each([
		["pages: Mapped[int] = mapped_column(default=0)", 'book = Book(title="a", shelf=shelf)'],
		["pages: Mapped[int] = mapped_column(server_default='0')", 'book = Book(title="a", shelf=shelf)'],
		["pages: Mapped[int | None]", 'book = Book(title="a", shelf=shelf)'],
		["pages = Column(Integer)", 'book = Book(title="a"); book.shelf = shelf'],
		["pages = Column(Integer)", 'book = Book(title="a", shelf_id=1)'],
	])("not %s, %s", (column, row) => {
		expect(auditBackend(rule, declarative(column, row))).toEqual([]);
	});
});
